// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import java.util.Optional;

/// What a review is about, as its messages name it.
///
/// @param group of the kind, `""` for core
/// @param namespace absent for what belongs to none
/// @param name as given, or `generateName` and a star; empty where neither is known yet
/// @param generated `generateName` and a star, where the object has one
public record Subject(String group, String kind, Optional<String> namespace, String name, Optional<String> generated) {
    /// One whose name was not generated.
    public Subject(String group, String kind, Optional<String> namespace, String name) {
        this(group, kind, namespace, name, Optional.empty());
    }

    /// The same for every pod that a controller makes from one template.
    String lastingName() {
        return generated.orElse(name);
    }

    /// `Deployment shop/web`.
    @Override
    public String toString() {
        return as(kind);
    }

    /// The same under the name of another kind.
    String as(String other) {
        return other + " " + namespace.map(n -> n + "/").orElse("") + (name.isEmpty() ? "(unnamed)" : name);
    }
}
