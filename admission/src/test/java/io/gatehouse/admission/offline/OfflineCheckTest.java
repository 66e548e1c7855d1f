// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.offline;

import static io.gatehouse.admission.review.Policies.EVERYTHING;
import static io.gatehouse.admission.review.Policies.READ_ONLY;
import static io.gatehouse.admission.review.Policies.policy;
import static io.gatehouse.admission.review.Policies.snapshot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.offline.OfflineCheck.Manifest;
import io.gatehouse.admission.offline.OfflineCheck.Report;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.Mode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineCheckTest {
    private static final Snapshot ENFORCED = snapshot(policy("immutable", Mode.ENFORCE, READ_ONLY));
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              containers:
                - name: web
                  securityContext:
                    readOnlyRootFilesystem: no
            """;

    @TempDir
    Path directory;

    @Test
    void a_finding_is_shown_with_its_line_its_policy_and_what_to_write() {
        assertEquals("""
                error admission.readOnlyRootFilesystem: container "web" may write to its root filesystem
                  web.yaml:8:33
                   |         readOnlyRootFilesystem: no
                   |                                 ^^
                  why: spec.containers[0].securityContext.readOnlyRootFilesystem is false, \
                policy immutable (enforce) wants true
                  fix: set it to true [f-#]

                web.yaml: Pod default/web: denied, 1 finding
                1 object judged, 1 finding, 0 problems; 0 objects without a pod
                """, withoutIds(ReportPrinter.text(check(ENFORCED, POD))));
        assertEquals(
                "web.yaml: Pod default/web: allowed with 1 warning",
                lines(check(snapshot(policy("try", Mode.AUDIT, READ_ONLY)), POD))
                        .get(7));
        assertEquals(
                "web.yaml: Pod default/web: allowed",
                lines(check(ENFORCED, POD.replace(": no", ": yes"))).getFirst());
    }

    @Test
    void programs_get_the_same() {
        var json = ReportPrinter.json(check(ENFORCED, POD + "---\nkind: Pod\n"));
        var reading = JsonReader.read("report", json.getBytes(StandardCharsets.UTF_8), JsonReader.Limits.DEFAULT);
        assertEquals(List.of(), reading.diagnostics());
        assertEquals(
                """
                {"objects":[{"file":"web.yaml","kind":"Pod","namespace":"default","name":"web","verdict":"deny",\
                "findings":[{"id":"f-#","policy":"immutable","rule":"admission.readOnlyRootFilesystem","mode":"enforce",\
                "field":"spec.containers[0].securityContext.readOnlyRootFilesystem","seen":"false","wanted":"true",\
                "message":"container \\"web\\" may write to its root filesystem","fix":"set it to true",\
                "file":"web.yaml","line":8,"column":33}]}],\
                "problems":[{"code":"GH-1552","severity":"error","file":"web.yaml","line":10,"column":1,\
                "message":"an object has no apiVersion or no kind","fix":"write apiVersion and kind"}],\
                "withoutPod":0}""",
                withoutIds(json).replaceAll("\\s+(?=([^\"]*\"[^\"]*\")*[^\"]*$)", "")); // white space outside of quotes
    }

    private static String withoutIds(String text) {
        return text.replaceAll("f-[0-9a-f]{8}", "f-#");
    }

    @Test
    void several_documents_and_lists_are_all_judged_and_the_rest_is_counted() {
        var report = check(ENFORCED, POD + """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: s}
                ---
                apiVersion: v1
                kind: List
                items:
                  - apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: d, namespace: shop}
                    spec: {template: {spec: {containers: [{name: a}]}}}
                  - {apiVersion: v1, kind: ConfigMap}
                ---
                apiVersion: v1
                kind: PodList
                items:
                  - metadata: {name: p}
                    spec: {containers: [{name: b}]}
                """);
        assertEquals(List.of(), report.problems());
        assertEquals(2, report.others());
        assertEquals(
                List.of(
                        "Pod default/web spec.containers[0].securityContext.readOnlyRootFilesystem",
                        "Deployment shop/d items[0].spec.template.spec.containers[0].securityContext"
                                + ".readOnlyRootFilesystem",
                        "Pod default/p items[0].spec.containers[0].securityContext.readOnlyRootFilesystem"),
                report.judged().stream()
                        .map(j -> j.subject() + " "
                                + j.decision().findings().getFirst().breach().field())
                        .toList());
    }

    @Test
    void a_recorded_review_is_judged_as_the_webhook_judged_it() {
        var review = """
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u",
                "kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"resource":"pods"},"namespace":"shop",
                "operation":"%s","object":{"metadata":{"name":"web"},"spec":{"containers":[{"name":"web"}]}},
                "oldObject":{"metadata":{"name":"web"},"spec":{"containers":[{"name":"web"}]}}}}
                """;
        var created = OfflineCheck.check(
                List.of(manifest("r.json", review.formatted("CREATE"))), ENFORCED, "default", LocalDate.EPOCH);
        assertTrue(ReportPrinter.text(created).contains("r.json: Pod shop/web: denied, 1 finding\n"));
        var updated = OfflineCheck.check(
                List.of(manifest("r.json", review.formatted("UPDATE"))), ENFORCED, "default", LocalDate.EPOCH);
        assertTrue(ReportPrinter.text(updated).contains("r.json: Pod shop/web: allowed with 1 warning\n"));
    }

    @Test
    void what_cannot_be_read_is_told_and_nothing_of_that_text_is_judged() {
        var report = check(ENFORCED, POD + "---\na: [\n");
        assertEquals(0, report.judged().size());
        assertEquals(1, report.problems().size());
        assertEquals("GH-1001", report.problems().getFirst().code());

        var shape = check(ENFORCED, "apiVersion: v1\nkind: Pod\nspec: {containers: 3}\n---\n" + POD);
        assertEquals("GH-1551", shape.problems().getFirst().code());
        assertEquals(1, shape.judged().size());
    }

    @Test
    void folders_files_and_standard_input_are_read_in_order() throws IOException {
        Files.createDirectories(directory.resolve("a/deep"));
        Files.writeString(directory.resolve("a/deep/z.yml"), POD);
        Files.writeString(directory.resolve("a/b.yaml"), POD);
        Files.writeString(directory.resolve("a/c.json"), "{}");
        Files.writeString(directory.resolve("a/notes.txt"), "not a manifest");
        var one = Files.writeString(directory.resolve("named.txt"), POD);
        var read = OfflineCheck.read(
                List.of(one, directory.resolve("a"), OfflineCheck.STANDARD_INPUT),
                new ByteArrayInputStream(POD.getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                List.of("named.txt", "a/b.yaml", "a/c.json", "a/deep/z.yml", "standard input"),
                read.stream().map(m -> m.name().replace(directory + "/", "")).toList());
    }

    @Test
    void damage_to_a_manifest_gives_a_report() throws IOException {
        long seed = 20261101;
        var random = new Random(seed);
        var everything = snapshot(policy("all", Mode.ENFORCE, EVERYTHING));
        for (int round = 0; round < 3000; round++) {
            var bytes = POD.getBytes(StandardCharsets.UTF_8);
            for (int change = 0; change <= random.nextInt(4); change++) {
                bytes[random.nextInt(bytes.length)] =
                        ":-[]{} \n\"'&*!|>%@x0".getBytes(StandardCharsets.US_ASCII)[random.nextInt(19)];
            }
            var report = OfflineCheck.check(
                    List.of(new Manifest("fuzz.yaml", bytes)), everything, "default", LocalDate.EPOCH);
            ReportPrinter.text(report);
            assertTrue(
                    report.judged().size() + report.others() + report.problems().size() > 0
                            || new String(bytes, StandardCharsets.UTF_8).isBlank(),
                    "seed " + seed + " round " + round + ":\n" + new String(bytes, StandardCharsets.UTF_8));
        }
    }

    private static Report check(Snapshot snapshot, String yaml) {
        return OfflineCheck.check(List.of(manifest("web.yaml", yaml)), snapshot, "default", LocalDate.EPOCH);
    }

    private static Manifest manifest(String name, String text) {
        return new Manifest(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> lines(Report report) {
        return ReportPrinter.text(report).lines().toList();
    }
}
