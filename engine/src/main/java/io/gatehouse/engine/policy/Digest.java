// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.schemas.policy.PolicyExemption;
import io.gatehouse.schemas.policy.RuleResponse;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The digest of what policies, responses, brakes, exemptions and rules mean: the same for any order of
/// files, documents, fields and list items, and any way of writing them.
///
/// Taken over every component of the policy records, so a component added to them cannot be forgotten here. All lists
/// in a policy are sets by meaning.
final class Digest {
    private Digest() {}

    static String of(
            List<WorkloadPolicy> policies,
            List<RuleResponse> responses,
            RuleSet rules,
            Brakes brakes,
            List<PolicyExemption> exemptions) {
        var all = canonical(Map.of(
                "policies", policies,
                "responses", responses,
                "rules", rules.digest(),
                "brakes", brakes.all(),
                "exemptions", exemptions));
        return "sha256:" + HexFormat.of().formatHex(sha256().digest(all.getBytes(StandardCharsets.UTF_8)));
    }

    /// Unambiguous: everything that varies in length says its length first.
    private static String canonical(Object value) {
        return switch (value) {
            case String text -> "s" + text.length() + ":" + text;
            case Boolean flag -> flag ? "T" : "F";
            case Integer number -> "i" + number + ":";
            case Enum<?> constant -> canonical(constant.name());
            case LocalDate day -> canonical(day.toString());
            case Optional<?> optional -> optional.map(v -> "o" + canonical(v)).orElse("n");
            case List<?> list -> {
                var items = new TreeSet<String>();
                list.forEach(item -> items.add(canonical(item)));
                yield "l" + items.size() + ":" + String.join("", items);
            }
            case Set<?> set -> canonical(List.copyOf(set));
            case Map<?, ?> map -> {
                var entries = new TreeMap<String, String>();
                map.forEach((key, item) -> entries.put(canonical(key), canonical(item)));
                var out = new StringBuilder("m").append(entries.size()).append(':');
                entries.forEach((key, item) -> out.append(key).append(item));
                yield out.toString();
            }
            case Record policy -> {
                var out = new StringBuilder("r")
                        .append(policy.getClass().getSimpleName())
                        .append(':');
                for (var component : policy.getClass().getRecordComponents()) {
                    out.append(canonical(read(component, policy)));
                }
                yield out.toString();
            }
            default -> throw new IllegalArgumentException("no policy holds a " + value.getClass());
        };
    }

    private static Object read(RecordComponent component, Record owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component + " of a policy", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
