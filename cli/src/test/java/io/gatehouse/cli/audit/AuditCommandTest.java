// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.cli.Gatehouse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditCommandTest {
    private static final String RULES = """
            - rule: privileged
              desc: d
              condition: ka.verb = create and ka.target.resource = pods and ka.req.pod.containers.privileged intersects (true)
              output: o
              priority: INFO
              source: k8s_audit
            """;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... words) {
        return Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words);
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void what_is_suggested_is_in_order_and_enough() throws IOException {
        var rules = write("rules.yaml", RULES);
        assertEquals(0, run("audit", "policy", "suggest", rules), err::toString);
        var policy = write("policy.yaml", out.toString());
        assertEquals(0, run("audit", "policy", "lint", policy, "-r", rules), err::toString);
        assertTrue(out.toString().endsWith(policy + ": in order\n"), out::toString);
    }

    @Test
    void a_policy_that_writes_too_little_for_a_rule_is_told() throws IOException {
        var policy = write(
                "policy.yaml",
                "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n");
        assertEquals(1, run("audit", "policy", "lint", policy, "-r", write("rules.yaml", RULES)));
        assertTrue(
                err.toString().contains("'create pods' is written at Metadata, and rule 'privileged' needs Request"),
                err::toString);
    }

    @Test
    void a_request_is_explained_by_the_rule_that_covers_it() throws IOException {
        var policy = write(
                "policy.yaml",
                "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n"
                        + "  - {level: Request, resources: [{group: \"\", resources: [pods/exec]}]}\n");
        assertEquals(
                0,
                run("audit", "policy", "explain", policy, "--verb", "create", "--resource", "pods/exec"),
                err::toString);
        assertEquals(0, run("audit", "policy", "explain", policy, "--verb", "get", "--path", "/healthz"));
        assertEquals("Request, by the rule in line 5\nNone, as no rule covers it\n", out.toString());
    }

    @Test
    void what_an_api_server_refuses_is_bad_input() throws IOException {
        assertEquals(2, run("audit", "policy", "lint", write("policy.yaml", "kind: Pod\n")));
        assertTrue(err.toString().startsWith("error GH-1801: "), err::toString);
    }

    @Test
    void a_log_is_followed_and_rules_tell_of_what_is_written() throws IOException {
        var log = write("audit.log", privileged("web-1"));
        var rules = write("rules.yaml", RULES.replace("output: o", "output: pod=%ka.target.name"));

        assertEquals(0, run("audit", "-f", log, "--from-start", "-M", "1", "-r", rules), err::toString);

        assertTrue(out.toString().endsWith(" Informational pod=web-1\n"), out::toString);
        assertTrue(
                err.toString().endsWith("ended: 1 events, 1 alerts, 0 lines broken, 0 lines too long\n"),
                err::toString);
    }

    @Test
    void a_broken_line_is_told_with_its_place_and_costs_no_other() throws IOException {
        var log = write("audit.log", "{\n" + privileged("web-1"));
        var rules = write("rules.yaml", RULES);

        assertEquals(0, run("audit", "-f", log, "--from-start", "-M", "1", "--json", "-r", rules), err::toString);

        assertTrue(out.toString().contains("\"rule\":\"privileged\""), out::toString);
        assertTrue(err.toString().contains(log + ":1:"), err::toString);
    }

    @Test
    void to_follow_without_rules_over_audit_events_is_refused() throws IOException {
        var log = write("audit.log", "");
        assertEquals(2, run("audit", "-f", log));
        assertTrue(err.toString().contains("--follow needs rules"), err::toString);
        var others = write(
                "rules.yaml",
                RULES.replace("k8s_audit", "syscall").replaceAll("condition: .*", "condition: evt.type=open"));
        assertEquals(2, run("audit", "-f", log, "-r", others));
        assertTrue(err.toString().contains("none of these rules is about audit events"), err::toString);
    }

    private static String privileged(String pod) {
        return "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Request\",\"auditID\":\"a\",\"stage\":"
                + "\"ResponseComplete\",\"verb\":\"create\",\"objectRef\":{\"resource\":\"pods\",\"name\":\"" + pod
                + "\"},\"requestObject\":{\"spec\":{\"containers\":[{\"securityContext\":{\"privileged\":true}}]}},"
                + "\"stageTimestamp\":\"2026-11-21T10:00:00.000000Z\"}\n";
    }
}
