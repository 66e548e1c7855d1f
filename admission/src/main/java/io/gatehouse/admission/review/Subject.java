// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import java.util.Optional;

/// What a review is about, as its messages name it.
///
/// @param group of the kind, `""` for core
/// @param namespace absent for what belongs to none
/// @param name as given, or `generateName` and a star; empty where neither is known yet
public record Subject(String group, String kind, Optional<String> namespace, String name) {
    /// `Deployment shop/web`.
    @Override
    public String toString() {
        return kind + " " + namespace.map(n -> n + "/").orElse("") + (name.isEmpty() ? "(unnamed)" : name);
    }
}
