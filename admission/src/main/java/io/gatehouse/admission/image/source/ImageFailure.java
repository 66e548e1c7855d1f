// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import java.io.IOException;

/// An image could not be looked into. The message is for whoever wrote the policy or the pod.
public final class ImageFailure extends IOException {
    private static final long serialVersionUID = 1;

    public enum Kind {
        /// The source does not have it.
        ABSENT,
        /// The source does not give it to us.
        DENIED,
        /// The source did not answer, or not in time: later it may.
        UNREACHABLE,
        /// What came is not what it says it is, or not understood.
        MALFORMED,
        /// Larger than is read.
        TOO_LARGE
    }

    private final Kind kind;

    public ImageFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public ImageFailure(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /// Whether the same may go well a little later by itself. An image that is absent may be pushed, a right be given.
    public boolean mayPass() {
        return switch (kind) {
            case ABSENT, DENIED, UNREACHABLE -> true;
            case MALFORMED, TOO_LARGE -> false;
        };
    }
}
