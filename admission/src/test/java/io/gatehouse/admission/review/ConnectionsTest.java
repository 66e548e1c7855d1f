// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.policy.Snapshot;
import java.time.LocalDate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every way into a pod through the API server is closed by its own word and by no other.
class ConnectionsTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);

    @ParameterizedTest
    @CsvSource({
        "pods, exec, PodExecOptions, exec, 'exec into container \"web\" of pod \"shop-1\"'",
        "pods, attach, PodAttachOptions, attach, 'attach into container \"web\" of pod \"shop-1\"'",
        "pods, portforward, PodPortForwardOptions, portForward, 'port-forward to pod \"shop-1\"'",
        "pods, proxy, PodProxyOptions, proxy, 'proxy to pod \"shop-1\"'",
        "services, proxy, ServiceProxyOptions, proxy, 'proxy to service \"shop-1\"'",
        "nodes, proxy, NodeProxyOptions, proxy, 'proxy to node \"shop-1\"'"
    })
    void a_way_is_closed_by_its_own_word(String resource, String sub, String kind, String way, String fact) {
        var denied = assertInstanceOf(Decision.Deny.class, decision(resource, sub, kind, closed(way)));
        var breach = denied.findings().getFirst().breach();
        assertEquals(fact, breach.fact());
        assertEquals("admission.interactive." + way, breach.rule());
        for (var other : new String[] {"exec", "attach", "portForward", "proxy"}) {
            if (!other.equals(way)) {
                assertTrue(
                        decision(resource, sub, kind, closed(other)) instanceof Decision.Allow,
                        other + " closes " + resource + "/" + sub);
            }
        }
    }

    private static Snapshot closed(String way) {
        return Policies.compiled("{interactive: {" + way + ": deny}}");
    }

    private static Decision decision(String resource, String sub, String kind, Snapshot snapshot) {
        var container = kind.startsWith("PodExec") || kind.startsWith("PodAttach") ? "container: web" : "";
        var review = Objects.object("""
                apiVersion: admission.k8s.io/v1
                kind: AdmissionReview
                request:
                  uid: u
                  kind: {group: "", version: v1, kind: %s}
                  resource: {group: "", version: v1, resource: %s}
                  subResource: %s
                  name: shop-1
                  %s
                  operation: CONNECT
                  object: {kind: %s, apiVersion: v1, %s}
                """.formatted(
                kind, resource, sub, resource.equals("nodes") ? "dryRun: false" : "namespace: shop", kind, container));
        var read = assertInstanceOf(ReviewReader.Outcome.Read.class, ReviewReader.read(review));
        var outcome = Judge.decide(read.request(), snapshot, TODAY);
        return assertInstanceOf(Judge.Outcome.Judged.class, outcome, outcome::toString)
                .decision();
    }
}
