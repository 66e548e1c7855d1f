// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import io.gatehouse.engine.diagnostic.Span;
import java.util.List;
import java.util.Set;

/// One rule of an audit policy. A list that is empty asks nothing.
///
/// @param omitStages of the policy and of the rule together
public record AuditRule(
        AuditLevel level,
        Set<String> users,
        Set<String> groups,
        Set<String> verbs,
        Set<String> namespaces,
        List<Resources> resources,
        Set<String> paths,
        Set<String> omitStages,
        Span span) {
    private static final String ALL = "*";

    public AuditRule {
        users = Set.copyOf(users);
        groups = Set.copyOf(groups);
        verbs = Set.copyOf(verbs);
        namespaces = Set.copyOf(namespaces);
        resources = List.copyOf(resources);
        paths = Set.copyOf(paths);
        omitStages = Set.copyOf(omitStages);
    }

    /// @param group empty for the core group
    /// @param kinds `pods`, `pods/exec`, `pods/*`, `*/scale` or `*`; none: all of the group
    public record Resources(String group, Set<String> kinds, Set<String> names) {
        public Resources {
            kinds = Set.copyOf(kinds);
            names = Set.copyOf(names);
        }

        boolean covers(AuditRequest.Resource asked) {
            return group.equals(asked.group())
                    && (kinds.isEmpty()
                            || (names.isEmpty() || names.contains(asked.name()))
                                    && kinds.stream().anyMatch(kind -> covers(kind, asked)));
        }

        private static boolean covers(String kind, AuditRequest.Resource asked) {
            if (kind.equals(ALL) || kind.equals(asked.combined())) {
                return true;
            }
            return !asked.subresource().isEmpty()
                    && (kind.equals("*/" + asked.subresource()) || kind.equals(asked.resource() + "/*"));
        }

        /// Whether everything the other covers is covered here.
        boolean holds(Resources other) {
            return group.equals(other.group)
                    && (kinds.isEmpty()
                            || (names.isEmpty() || !other.names.isEmpty() && names.containsAll(other.names))
                                    && !other.kinds.isEmpty()
                                    && other.kinds.stream().allMatch(this::holdsKind));
        }

        private boolean holdsKind(String kind) {
            int slash = kind.indexOf('/');
            return kinds.contains(ALL)
                    || kinds.contains(kind)
                    || slash >= 0
                            && (kinds.contains("*" + kind.substring(slash))
                                    || kinds.contains(kind.substring(0, slash) + "/*"));
        }
    }

    /// As the API server decides; the first rule that covers a request is the one that counts.
    public boolean covers(AuditRequest request) {
        if (!users.isEmpty() && !users.contains(request.user())
                || !groups.isEmpty() && request.groups().stream().noneMatch(groups::contains)
                || !verbs.isEmpty() && !verbs.contains(request.verb())) {
            return false;
        }
        boolean asksResource = !namespaces.isEmpty() || !resources.isEmpty();
        return switch (request.about()) {
            case AuditRequest.Resource asked ->
                asksResource
                        ? (namespaces.isEmpty() || namespaces.contains(asked.namespace()))
                                && (resources.isEmpty() || resources.stream().anyMatch(each -> each.covers(asked)))
                        : paths.isEmpty();
            case AuditRequest.Path(var path) ->
                !asksResource && (paths.isEmpty() || paths.stream().anyMatch(pattern -> covers(pattern, path)));
        };
    }

    private static boolean covers(String pattern, String path) {
        return pattern.endsWith(ALL)
                ? path.startsWith(pattern.substring(0, pattern.length() - 1))
                : path.equals(pattern);
    }

    /// Whether no request that the other covers gets past this one.
    boolean holds(AuditRule other) {
        return within(other.users, users)
                && within(other.groups, groups)
                && within(other.verbs, verbs)
                && within(other.namespaces, namespaces)
                && (resources.isEmpty()
                        ? namespaces.isEmpty() || other.asksResource()
                        : !other.resources.isEmpty()
                                && other.resources.stream()
                                        .allMatch(asked -> resources.stream().anyMatch(each -> each.holds(asked))))
                && (paths.isEmpty()
                        || !other.paths.isEmpty()
                                && other.paths.stream()
                                        .allMatch(path -> paths.stream()
                                                .anyMatch(pattern -> pattern.equals(path) || covers(pattern, path))));
    }

    private boolean asksResource() {
        return !namespaces.isEmpty() || !resources.isEmpty();
    }

    private static boolean within(Set<String> asked, Set<String> here) {
        return here.isEmpty() || !asked.isEmpty() && here.containsAll(asked);
    }
}
