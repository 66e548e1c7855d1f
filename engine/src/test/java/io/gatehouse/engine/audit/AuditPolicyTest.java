// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AuditPolicyTest {
    @TestFactory
    Stream<DynamicTest> golden() {
        return Golden.tests("audit/policies.golden", files -> {
            var reading = AuditPolicy.read(files.getFirst());
            return reading.policy()
                            .map(policy -> policy.rules().size() + " rules")
                            .orElse("refused")
                    + "\n"
                    + DiagnosticPrinter.print(reading.diagnostics());
        });
    }

    private static AuditLevel level(String rules, AuditRequest request) {
        var text = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n" + rules;
        return AuditPolicy.read(new SourceText("policy.yaml", text))
                .policy()
                .orElseThrow()
                .answer(request)
                .level();
    }

    private static AuditRequest pods(String verb, String subresource) {
        return new AuditRequest(
                "kim", List.of("dev"), verb, new AuditRequest.Resource("", "pods", subresource, "shop", "web-1"));
    }

    private static AuditRequest path(String path) {
        return new AuditRequest("kim", List.of("dev"), "get", new AuditRequest.Path(path));
    }

    @Test
    void the_first_rule_that_covers_a_request_counts() {
        var rules = "  - {level: None, verbs: [get]}\n  - {level: Request}\n";
        assertEquals(AuditLevel.NONE, level(rules, pods("get", "")));
        assertEquals(AuditLevel.REQUEST, level(rules, pods("create", "")));
    }

    @Test
    void what_no_rule_covers_is_not_written() {
        assertEquals(AuditLevel.NONE, level("  - {level: Request, users: [pat]}\n", pods("get", "")));
    }

    @Test
    void a_resource_does_not_mean_its_subresources() {
        var rules = "  - {level: Request, resources: [{group: \"\", resources: [%s]}]}\n";
        assertEquals(AuditLevel.REQUEST, level(rules.formatted("pods"), pods("create", "")));
        assertEquals(AuditLevel.NONE, level(rules.formatted("pods"), pods("create", "exec")));
        assertEquals(AuditLevel.REQUEST, level(rules.formatted("pods/exec"), pods("create", "exec")));
        assertEquals(AuditLevel.NONE, level(rules.formatted("\"pods/*\""), pods("create", "")));
        assertEquals(AuditLevel.REQUEST, level(rules.formatted("\"pods/*\""), pods("create", "exec")));
        assertEquals(AuditLevel.REQUEST, level(rules.formatted("\"*/exec\""), pods("create", "exec")));
        assertEquals(AuditLevel.NONE, level(rules.formatted("\"*/exec\""), pods("create", "attach")));
        assertEquals(AuditLevel.REQUEST, level(rules.formatted("\"*\""), pods("create", "exec")));
    }

    @Test
    void groups_names_and_namespaces_narrow() {
        assertEquals(AuditLevel.NONE, level("  - {level: Request, resources: [{group: apps}]}\n", pods("get", "")));
        assertEquals(AuditLevel.REQUEST, level("  - {level: Request, resources: [{group: \"\"}]}\n", pods("get", "")));
        assertEquals(
                AuditLevel.NONE,
                level(
                        "  - {level: Request, resources: [{group: \"\", resources: [pods], resourceNames: [db]}]}\n",
                        pods("get", "")));
        assertEquals(AuditLevel.REQUEST, level("  - {level: Request, namespaces: [shop]}\n", pods("get", "")));
        assertEquals(AuditLevel.NONE, level("  - {level: Request, namespaces: [\"\"]}\n", pods("get", "")));
        assertEquals(AuditLevel.REQUEST, level("  - {level: Request, userGroups: [dev]}\n", pods("get", "")));
        assertEquals(AuditLevel.NONE, level("  - {level: Request, userGroups: [ops]}\n", pods("get", "")));
    }

    @Test
    void paths_end_with_a_star_or_are_exact() {
        var rules = "  - {level: Request, nonResourceURLs: [\"/healthz*\", /version]}\n";
        assertEquals(AuditLevel.REQUEST, level(rules, path("/healthz/etcd")));
        assertEquals(AuditLevel.REQUEST, level(rules, path("/version")));
        assertEquals(AuditLevel.NONE, level(rules, path("/version/x")));
        assertEquals(AuditLevel.NONE, level(rules, pods("get", "")));
        assertEquals(AuditLevel.NONE, level("  - {level: Request, namespaces: [shop]}\n", path("/version")));
    }
}
