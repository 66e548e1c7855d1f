// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PreviewTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-11-21");

    @Test
    void every_act_that_would_have_been_denied_is_told_with_its_count() {
        var preview = preview(
                "processes: {allow: [/usr/sbin/nginx]}",
                Acts.of("web").runs("/usr/sbin/nginx").runs("/bin/ls").runs("/bin/ls"));

        assertEquals(1, preview.rows().size());
        var row = preview.rows().getFirst();
        assertEquals("processes.allow", row.rule());
        assertEquals("/bin/ls", row.object());
        assertEquals(2, row.count());
        assertEquals(row.first().plusSeconds(1), row.last());
        assertTrue(preview.denies());
    }

    @Test
    void a_report_denies_nothing() {
        var preview = preview(
                "processes: {allow: [/bin/x], action: report}", Acts.of("web").runs("/bin/ls"));

        assertEquals(1, preview.rows().size());
        assertFalse(preview.denies());
    }

    @Test
    void a_name_that_leads_to_the_file_is_as_good_as_its_own() {
        var acts = Acts.of("web")
                .met(Map.of("/bin", "usr/bin", "/usr/bin/sh", "dash"), List.of(List.of("/usr/bin/[", "/usr/bin/test")))
                .runs("/usr/bin/dash")
                .runs("/usr/bin/test");

        assertFalse(preview("processes: {allow: [/bin/sh, '/bin/[']}", acts).denies());
        assertTrue(preview("processes: {allow: [/bin/bash, '/bin/[']}", acts).denies());
    }

    @Test
    void a_program_put_in_the_place_of_an_allowed_one_is_not_it() {
        assertTrue(preview("processes: {allow: [/bin/app]}", Acts.of("web").runsDropped("/bin/app"))
                .denies());
    }

    @Test
    void below_a_directory_is_not_beside_it() {
        var policy = "writes: {rootFilesystem: deny, allow: [/var/cache/nginx/, /etc/app.conf]}";

        assertFalse(preview(policy, Acts.of("web").creates("/var/cache/nginx/deep/x"))
                .denies());
        assertFalse(preview(policy, Acts.of("web").opens("/etc/app.conf")).denies());
        assertTrue(preview(policy, Acts.of("web").creates("/var/cache/nginx2")).denies());
        assertTrue(preview(policy, Acts.of("web").creates("/var/cache/nginx")).denies());
        assertTrue(preview(policy, Acts.of("web").creates("/etc/app.conf")).denies());
    }

    @Test
    void a_root_mount_that_is_read_only_knows_no_exceptions() {
        var policy =
                "writes: {rootFilesystem: deny, volumes: declared, rootMount: readOnly, allow: [/var/cache/nginx/]}";

        assertTrue(preview(policy, Acts.of("web").creates("/var/cache/nginx/deep/x"))
                .denies());
    }

    @Test
    void what_is_forbidden_counts_before_what_is_allowed() {
        var policy = "network: {connect: {allow: ['10.0.0.0/8'], forbid: ['10.0.0.1:80']}}";

        assertFalse(preview(policy, Acts.of("web").connects("10.0.0.1", 443)).denies());
        assertTrue(preview(policy, Acts.of("web").connects("10.0.0.1", 80)).denies());
        assertTrue(preview(policy, Acts.of("web").connects("192.0.2.1", 443)).denies());
    }

    @Test
    void shells_and_package_managers_are_told_apart() {
        var acts = Acts.of("web").runs("/bin/sh", ActJudge.SHELL);

        assertTrue(preview("processes: {shells: deny}", acts).denies());
        assertFalse(preview("processes: {packageManagers: deny}", acts).denies());
    }

    @Test
    void a_section_of_one_word_denies_what_it_names_and_nothing_else() {
        var acts = Acts.of("web").does("mount", Ban.MOUNTS, "");

        assertTrue(preview("mounts: kill", acts).denies());
        assertFalse(preview("namespaces: deny", acts).denies());
    }

    @Test
    void a_change_tells_what_is_denied_anew_and_what_no_more() {
        var acts = Acts.of("web").runs("/bin/a").runs("/bin/b").runs("/bin/c");
        var change = Preview.between(
                snapshot("processes: {allow: [/bin/a, /bin/b]}"),
                snapshot("processes: {allow: [/bin/b, /bin/c]}"),
                acts.recording(),
                TODAY);

        assertEquals(
                List.of("/bin/a"),
                change.added().stream().map(Preview.Row::object).toList());
        assertEquals(
                List.of("/bin/c"),
                change.removed().stream().map(Preview.Row::object).toList());
    }

    @Test
    void what_a_recording_cannot_tell_is_said() {
        var unknown = preview(
                        "reads: {forbid: [/etc/passwd]}",
                        Acts.of("web").runs("/bin/a").loses(7))
                .unknown();

        assertTrue(unknown.stream().anyMatch(each -> each.startsWith("7 acts were lost")), unknown::toString);
        assertTrue(unknown.stream().anyMatch(each -> each.contains("/etc/passwd")), unknown::toString);

        var other = Preview.of(
                snapshot("mounts: deny"), Acts.bare("other").runs("/bin/a").recording(), TODAY);
        assertFalse(other.unknown().stream().anyMatch(each -> each.contains("no container")), other::toString);
        var elsewhere = Preview.of(
                PolicyCompiler.compile(
                                List.of(
                                        new SourceText(
                                                "policy.yaml",
                                                "apiVersion: gatehouse.io/v1alpha1\nkind: WorkloadPolicy\n"
                                                        + "metadata: {name: p, namespace: elsewhere}\nspec: {runtime: {mounts: deny}}\n")))
                        .snapshot()
                        .orElseThrow(),
                Acts.of("web").does("mount", Ban.MOUNTS, "").recording(),
                TODAY);
        assertFalse(elsewhere.denies());
        assertTrue(elsewhere.unknown().contains("policy elsewhere/p is about no container of the recordings"));
    }

    private static Preview preview(String runtime, Acts acts) {
        return Preview.of(snapshot(runtime), acts.recording(), TODAY);
    }

    private static Snapshot snapshot(String runtime) {
        var text = "apiVersion: gatehouse.io/v1alpha1\nkind: ClusterWorkloadPolicy\nmetadata: {name: tried}\n"
                + "spec: {mode: audit, runtime: {" + runtime + "}}\n";
        var compilation = PolicyCompiler.compile(List.of(new SourceText("policy.yaml", text)));
        return compilation
                .snapshot()
                .orElseThrow(() -> new AssertionError(compilation.diagnostics().toString()));
    }
}
