// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.doctor.ClusterDoctor;
import io.gatehouse.admission.doctor.ClusterDoctor.Question;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.admission.server.WebhookConfiguration.Target;
import io.gatehouse.feed.kubernetes.ApiServerStandIn;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterDumpTest {
    private static final String ADMISSION = "apis/admissionregistration.k8s.io/v1/";

    @Test
    void holes_of_a_live_cluster_are_named_with_their_place_and_what_may_not_be_read_is_unexamined() throws Exception {
        try (var cluster = new ApiServerStandIn(
                        ADMISSION + "validatingwebhookconfigurations",
                        ADMISSION + "mutatingwebhookconfigurations",
                        "api/v1/namespaces");
                var server = cluster.connect()) {
            cluster.put(WebhookConfiguration.render(
                            "gatehouse", new Target.Url("https://gate.example"), Optional.empty(), Optional.empty())
                    .replace("failurePolicy: Fail", "failurePolicy: Ignore"));
            cluster.put("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
            var objects = ClusterDump.read(server, "gatehouse-system");
            assertEquals(List.of(), objects.problems());
            var report = ClusterDoctor.examine(
                    objects,
                    new Question("gate.gatehouse.io", "gatehouse-admission", "gatehouse-system", Instant.EPOCH));
            var open = report.holes().stream()
                    .filter(hole -> hole.code().equals("GH-1902"))
                    .findFirst()
                    .orElseThrow();
            assertEquals(
                    "ValidatingWebhookConfiguration gatehouse",
                    open.span().source().name());
            assertTrue(open.span().line() > 1);
            assertTrue(report.unexamined().contains("Secret"), report.unexamined()::toString);
        }
    }

    @Test
    void a_cluster_that_does_not_answer_is_told() throws IOException {
        var cluster = new ApiServerStandIn();
        try (var server = cluster.connect()) {
            cluster.close();
            var failure = assertThrows(IOException.class, () -> ClusterDump.read(server, "gatehouse-system"));
            assertTrue(failure.getMessage().contains("does not answer"), failure::getMessage);
        }
    }
}
