// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.rule.RulesOptions;
import java.util.List;

/// From policy text to a snapshot, or to everything that is wrong with the text.
///
/// Stateless; may be called from any thread.
public final class PolicyCompiler {
    /// In this order. Every pass finds what it can in what the passes before left standing.
    private static final List<Pass> PASSES = List.of(
            new Pass("sort", Compile::sort),
            new Pass("read", Compile::read),
            new Pass("heading", Compile::checkHeadings),
            new Pass("names", Compile::checkNames),
            new Pass("shape", Compile::checkShapes),
            new Pass("build", Compile::build),
            new Pass("cross-check", Compile::crossCheck),
            new Pass("rules", Compile::compileRules),
            new Pass("responses", Compile::checkResponses),
            new Pass("conditions", Compile::compileConditions),
            new Pass("plan", Compile::plan));

    private PolicyCompiler() {}

    /// No source: a snapshot without policies.
    ///
    /// @param sources files of policies and rules files, which are told apart by what they hold; rules files in the
    ///     order in which later ones change what earlier ones define
    public static Compilation compile(List<SourceText> sources) {
        return compile(sources, RulesOptions.DEFAULT);
    }

    /// @param options for the rules files
    public static Compilation compile(List<SourceText> sources, RulesOptions options) {
        return compile(List.of(), sources, options);
    }

    /// @param rules files that hold rules whatever they look like, even if it is nothing; they go before all others
    public static Compilation compile(List<SourceText> rules, List<SourceText> sources, RulesOptions options) {
        var compile = new Compile(rules, sources, options);
        PASSES.forEach(pass -> pass.step().accept(compile));
        return compile.conclude();
    }
}
