// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

/// What is known of images. Asked within a request, so an answer never waits for anything.
@FunctionalInterface
public interface Images {
    sealed interface Answer {
        record Known(ImageVerdict verdict) implements Answer {}

        /// It is being looked into.
        ///
        /// @param retryAfterSeconds when it is worth asking again
        record Pending(int retryAfterSeconds) implements Answer {}

        /// It cannot be looked into, now or ever.
        ///
        /// @param why without a full stop
        record Unknown(String why) implements Answer {}
    }

    /// Where nobody looks into images.
    Images NONE = _ -> new Answer.Unknown("images are not looked into here");

    /// @param reference as a pod writes it
    Answer of(String reference);
}
