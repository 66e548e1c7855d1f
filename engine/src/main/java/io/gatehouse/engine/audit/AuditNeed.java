// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// Requests that may satisfy a condition, as far as verb and resource tell, and how much of them must be written down.
///
/// @param verbs none: whatever the verb
/// @param resources none: whatever it is about, paths too
/// @param subresources `` is the resource itself; none: whatever
record AuditNeed(Set<String> verbs, Set<String> resources, Set<String> subresources) {
    static final AuditNeed ANYTHING = new AuditNeed(Set.of(), Set.of(), Set.of());
    /// A resource that is not told stands for all of them.
    private static final String ALL = "*";

    AuditNeed {
        verbs = Set.copyOf(verbs);
        resources = Set.copyOf(resources);
        subresources = Set.copyOf(subresources);
    }

    static AuditNeed verbs(Set<String> verbs) {
        return new AuditNeed(verbs, Set.of(), Set.of());
    }

    static AuditNeed resources(Set<String> resources) {
        return new AuditNeed(Set.of(), resources, Set.of());
    }

    static AuditNeed subresources(Set<String> subresources) {
        return new AuditNeed(Set.of(), Set.of(), subresources);
    }

    /// What satisfies both; nothing if no request can.
    Optional<AuditNeed> and(AuditNeed other) {
        var verb = both(verbs, other.verbs);
        var resource = both(resources, other.resources);
        var subresource = both(subresources, other.subresources);
        return verb.isEmpty() || resource.isEmpty() || subresource.isEmpty()
                ? Optional.empty()
                : Optional.of(new AuditNeed(verb.get(), resource.get(), subresource.get()));
    }

    private static Optional<Set<String>> both(Set<String> one, Set<String> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return Optional.of(one.isEmpty() ? other : one);
        }
        var both = new LinkedHashSet<>(one);
        both.retainAll(other);
        return both.isEmpty() ? Optional.empty() : Optional.of(both);
    }

    boolean isAboutAnything() {
        return resources.isEmpty() && subresources.isEmpty();
    }

    /// As a policy names them: `pods`, `pods/exec`, `pods/*`, `*/exec`. None where anything will do.
    Set<String> kinds() {
        var kinds = new LinkedHashSet<String>();
        if (isAboutAnything()) {
            return kinds;
        }
        for (var resource : resources.isEmpty() ? Set.of(ALL) : resources) {
            if (subresources.isEmpty()) {
                kinds.add(resource);
                kinds.add(resource + "/*");
            }
            for (var subresource : subresources) {
                kinds.add(subresource.isEmpty() ? resource : resource + "/" + subresource);
            }
        }
        return kinds;
    }
}
