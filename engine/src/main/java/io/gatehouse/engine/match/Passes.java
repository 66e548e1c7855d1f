// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The compiler, in the order of its passes.
final class Passes {
    static final List<Pass> ALL = List.of(
            new Pass("select", "keeps the enabled rules of the source, in order", Selecting::select),
            new Pass("share", "makes equal conditions one term", Selecting::share),
            new Pass("specialise", "decides what the kind of event alone decides", Specialising::specialise),
            new Pass("join", "gives kinds that ask the same of an event one plan", Specialising::join),
            new Pass("split", "takes conditions apart into terms that all must hold", Splitting::split),
            new Pass("look up", "lets one lookup decide all terms that ask the same", LookingUp::lookUp),
            new Pass("key", "finds, for terms over several lookups, how these lead to the rule", Keying::key),
            new Pass("share rest", "lets what several rules have in common close them together", LookingUp::shareRest),
            new Pass("dissolve", "gives back to the rests what is not worth a step", Dissolving::dissolve),
            new Pass("order", "puts first what is cheap and decides much", Ordering::order),
            new Pass("bind", "builds tables and binds fields", Passes::bind));

    private Passes() {}

    /// The same, for conditions weakened to what is known.
    static List<Pass> loosened(Knowledge.Of knowledge, BitSet kinds) {
        var passes = new ArrayList<Pass>();
        for (var pass : ALL) {
            if (pass.name().equals("join")) {
                passes.add(new Pass(
                        "loosen",
                        "weakens conditions to what is known",
                        draft -> Loosening.loosen(draft, knowledge, kinds)));
            }
            passes.add(pass);
        }
        return passes;
    }

    static List<PassReport> run(List<Pass> passes, Draft<?> draft) {
        var reports = new ArrayList<PassReport>();
        for (var pass : passes) {
            reports.add(new PassReport(pass.name(), pass.what(), pass.work().on(draft)));
        }
        return reports;
    }

    private static <E> String bind(Draft<E> draft) {
        return new Binding<>(draft).bind();
    }
}
