// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import java.util.Map;
import java.util.Optional;

/// What is known of namespaces. Any thread; never waits.
@FunctionalInterface
public interface Namespaces {
    /// Where nobody tells: no namespace asks for anything, so policies count as they are written.
    Namespaces UNKNOWN = _ -> Optional.empty();

    /// The labels of a namespace; absent where they are not known.
    Optional<Map<String, String>> labels(String namespace);
}
