// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.policy.PolicyResource;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What one node says of itself in an object of its own, so that 5,000 agents never write into one:
/// as many words for a thousand policies as for one, since what a rule is worth depends on the
/// kernel and not on the policy.
///
/// @param lasts for how long it counts
/// @param revision of the cluster's policies in force there, as [FollowedPolicies#revision] has it;
///     empty while they are on their way
/// @param guarantees by rule, dotted as in the policy document below `runtime`
public record NodeReport(
        String node,
        Instant renewed,
        Duration lasts,
        String version,
        String backend,
        String revision,
        Map<String, Guarantee> guarantees) {
    public static final String PLURAL = "nodereports";
    public static final ResourceDefinitionContext CONTEXT = new ResourceDefinitionContext.Builder()
            .withGroup(PolicyResource.GROUP)
            .withVersion(PolicyResource.VERSION)
            .withKind("NodeReport")
            .withPlural(PLURAL)
            .withNamespaced(false)
            .build();

    /// Beyond it nothing is believed: the definition takes no more either.
    private static final int MAX_RULES = 300;

    public NodeReport {
        guarantees = Map.copyOf(guarantees);
    }

    /// Whether it still counts.
    public boolean isFresh(Instant now) {
        return now.isBefore(ends());
    }

    public Instant ends() {
        return renewed.plus(lasts);
    }

    GenericKubernetesResource object() {
        var report = new LinkedHashMap<String, Object>();
        report.put("renewed", renewed.truncatedTo(ChronoUnit.SECONDS).toString());
        report.put("seconds", lasts.toSeconds());
        report.put("version", version);
        report.put("backend", backend);
        report.put("revision", revision);
        for (var guarantee : Guarantee.values()) {
            var rules = new ArrayList<String>();
            new TreeMap<>(guarantees).forEach((rule, worth) -> {
                if (worth == guarantee) {
                    rules.add(rule);
                }
            });
            report.put(guarantee.text(), rules);
        }
        var object = new GenericKubernetesResource();
        object.setApiVersion(PolicyResource.GROUP + "/" + PolicyResource.VERSION);
        object.setKind("NodeReport");
        object.setMetadata(new ObjectMetaBuilder().withName(node).build());
        object.setAdditionalProperty("report", report);
        return object;
    }

    /// Empty where somebody else's hand wrote it.
    public static Optional<NodeReport> of(GenericKubernetesResource object) {
        if (!(object.getAdditionalProperties().get("report") instanceof Map<?, ?> report)) {
            return Optional.empty();
        }
        var guarantees = new LinkedHashMap<String, Guarantee>();
        for (var guarantee : Guarantee.values()) {
            if (report.get(guarantee.text()) instanceof List<?> rules && rules.size() < MAX_RULES) {
                rules.forEach(rule -> guarantees.put(rule.toString(), guarantee));
            }
        }
        try {
            return Optional.of(new NodeReport(
                    object.getMetadata().getName(),
                    Instant.parse(text(report, "renewed")),
                    Duration.ofSeconds(report.get("seconds") instanceof Number seconds ? seconds.longValue() : 0),
                    text(report, "version"),
                    text(report, "backend"),
                    text(report, "revision"),
                    guarantees));
        } catch (DateTimeException | ArithmeticException _) {
            return Optional.empty();
        }
    }

    private static String text(Map<?, ?> report, String key) {
        return report.get(key) == null ? "" : report.get(key).toString();
    }
}
