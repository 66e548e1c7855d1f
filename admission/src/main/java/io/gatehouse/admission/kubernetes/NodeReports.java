// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.feed.kubernetes.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What all nodes say of themselves, read by pages. Used by the leader's thread.
final class NodeReports {
    private static final int PAGE_ITEMS = 500;
    /// A node that is gone for so long is forgotten.
    private static final Duration KEPT = Duration.ofDays(1);

    private final ApiServer server;
    private final Consumer<String> notices;
    private String said = "";

    NodeReports(ApiServer server, Consumer<String> notices) {
        this.server = server;
        this.notices = notices;
    }

    /// Empty where they cannot be read: what was known before stays known.
    Optional<List<NodeReport>> read(Instant now, Leadership.Term term) {
        var all = new ArrayList<NodeReport>();
        try {
            String token = null;
            do {
                var page = server.client()
                        .genericKubernetesResources(NodeReport.CONTEXT)
                        .list(new ListOptionsBuilder()
                                .withLimit((long) PAGE_ITEMS)
                                .withContinue(token)
                                .build());
                page.getItems().forEach(object -> take(object, now, term, all));
                token = page.getMetadata().getContinue();
            } while (token != null && !token.isEmpty() && term.holds());
        } catch (KubernetesClientException e) {
            var reason = ApiServer.reason(e);
            if (!reason.equals(said)) {
                said = reason;
                notices.accept("what nodes say of themselves cannot be read: " + reason);
            }
            return Optional.empty();
        }
        said = "";
        return Optional.of(all);
    }

    private void take(GenericKubernetesResource object, Instant now, Leadership.Term term, List<NodeReport> all) {
        NodeReport.of(object).ifPresent(report -> {
            if (now.isBefore(report.ends().plus(KEPT))) {
                all.add(report);
            } else if (term.holds()) {
                server.client()
                        .genericKubernetesResources(NodeReport.CONTEXT)
                        .resource(object)
                        .delete();
            }
        });
    }
}
