// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Characters;
import io.gatehouse.engine.document.Node;
import java.util.List;

/// Texts of rules files as scripts, whose every character knows its place.
final class Scripts {
    private Scripts() {}

    static Script of(Node.Text text, Lines lines) {
        var value = text.value();
        var offsets = Characters.offsets(text, lines);
        var script = Script.builder(text.span());
        int start = 0; // of the run that stands in the source without a gap
        int point = 0;
        int runStart = 0;
        for (int at = 0; at < value.length(); point++) {
            int next = at + Character.charCount(value.codePointAt(at));
            if (next == value.length() || offsets[point + 1] != offsets[point] + 1) {
                script.verbatim(value.substring(start, next), lines, offsets[runStart]);
                start = next;
                runStart = point + 1;
            }
            at = next;
        }
        return script.build();
    }

    /// One after the other, a blank between them: how Falco appends.
    static Script joined(List<Script> parts, Span place) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        var script = Script.builder(place);
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0) {
                script.made(" ", place);
            }
            script.script(parts.get(i));
        }
        return script.build();
    }
}
