// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;
import java.util.Optional;

/// What came of compiling rules files: all their rules, or errors and none. Warnings may stand beside the rules.
///
/// @param findings in the order of the files and their text
public record RulesCompilation(Optional<RuleSet> rules, List<Finding> findings) {
    public RulesCompilation {
        findings = List.copyOf(findings);
    }

    public List<Diagnostic> diagnostics() {
        return findings.stream().map(Finding::diagnostic).toList();
    }
}
