// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Response;
import io.gatehouse.engine.policy.Snapshot;
import java.util.ArrayList;
import java.util.List;

/// Rules and responses of a test, compiled.
final class Rules {
    private Rules() {}

    static Snapshot of(String... files) {
        var sources = new ArrayList<SourceText>();
        for (int i = 0; i < files.length; i++) {
            sources.add(new SourceText("file" + i + ".yaml", files[i]));
        }
        var compilation = PolicyCompiler.compile(sources);
        return compilation
                .snapshot()
                .orElseThrow(() -> new AssertionError(DiagnosticPrinter.print(compilation.diagnostics())));
    }

    static String rule(String name, String condition) {
        return """
                - rule: %s
                  desc: a test
                  condition: %s
                  output: "%s file=%%fd.name"
                  priority: WARNING
                  tags: [test]
                """.formatted(name, condition, name);
    }

    /// @param more lines of the section `spec`, each indented by two
    static String response(String name, String mode, String action, String more) {
        return """
                apiVersion: gatehouse.io/v1alpha1
                kind: RuleResponse
                metadata: {name: %s}
                spec:
                  mode: %s
                  match: {tags: [test]}
                  action: %s
                  reason: a test
                %s""".formatted(name, mode, action, more);
    }

    /// What responses say to one rule, strongest first.
    static List<Response> responses(String... documents) {
        var files = new ArrayList<>(List.of(documents));
        files.add(rule("r", "evt.type = openat and fd.name = /etc/shadow"));
        var snapshot = of(files.toArray(String[]::new));
        return snapshot.responses().of(snapshot.rules().rules().getFirst());
    }
}
