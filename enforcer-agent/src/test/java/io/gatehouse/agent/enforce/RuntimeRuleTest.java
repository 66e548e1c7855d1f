// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.KernelPlan.Demand;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.schemas.policy.Action;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a policy is said to ask of the kernel, and what the agent takes from it, are the same rules and actions.
class RuntimeRuleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "processes: {allow: [/a], forbid: [/b], fromImageOnly: true, interpreters: {fromImageOnly: true}}",
                "processes: {shells: deny, action: kill}",
                "processes: {packageManagers: deny, action: report}",
                "processes: {shells: allow, interpreters: {programs: [/a]}, forbid: [/b]}",
                "memory: {executable: deny, action: kill}",
                "memory: {executable: allow}",
                "writes: {rootFilesystem: deny, volumes: declared, forbid: [/a]}",
                "writes: {rootFilesystem: allow, volumes: any, forbid: [/a], action: report}",
                "reads: {forbid: [/a], action: report}",
                "network: {connect: {allow: []}, bind: {allow: [':1']}, listen: {allow: []}, action: kill}",
                "network: {connect: {forbid: ['::1']}}",
                "mounts: deny, namespaces: kill, ptrace: report, capabilities: deny",
                "modules: deny, bpf: kill, ioUring: report, devices: deny",
            })
    void the_plan_and_the_agent_agree(String runtime) {
        var text = """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: p}
                spec: {runtime: {%s}}
                """.formatted(runtime);
        var compiled = PolicyCompiler.compile(List.of(new SourceText("p.yaml", text)))
                .snapshot()
                .orElseThrow()
                .compiled()
                .getFirst();
        Map<String, Action> planned = compiled.kernel().stream()
                .flatMap(plan -> plan.demands().stream())
                .collect(Collectors.toMap(Demand::rule, Demand::action));
        var asked = new TreeMap<String, Action>();
        for (var rule : RuntimeRule.values()) {
            rule.asked(compiled.policy().runtime().orElseThrow()).ifPresent(action -> asked.put(rule.text(), action));
        }

        assertEquals(new TreeMap<>(planned), asked);
    }
}
