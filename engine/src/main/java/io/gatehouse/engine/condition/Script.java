// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Characters;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The text of a condition, and where each of its characters was written.
///
/// A condition stands in a YAML scalar, folded or quoted, and may be joined from several places, so its
/// text is a row of runs: one that stands in a source text as it is, or one that was made up and has one
/// place as a whole.
public final class Script {
    private final String text;
    private final List<Run> runs;
    private final int[] starts;

    private Script(String text, List<Run> runs) {
        this.text = text;
        this.runs = List.copyOf(runs);
        this.starts = runs.stream().mapToInt(Run::start).toArray();
    }

    /// A source text that is nothing but a condition.
    public static Script of(SourceText source) {
        var lines = new Lines(source);
        return builder(lines.span(0, 1)).verbatim(source.text(), lines, 0).build();
    }

    /// A scalar of a YAML document, folded or quoted as it may be.
    ///
    /// @param lines of the scalar's source
    public static Script of(Node.Text text, Lines lines) {
        var value = text.value();
        var offsets = Characters.offsets(text, lines);
        var script = builder(text.span());
        int start = 0; // of the run that stands in the source without a gap
        int runPoint = 0;
        int point = 0;
        for (int at = 0; at < value.length(); point++) {
            int next = at + Character.charCount(value.codePointAt(at));
            if (next == value.length() || offsets[point + 1] != offsets[point] + 1) {
                script.verbatim(value.substring(start, next), lines, offsets[runPoint]);
                start = next;
                runPoint = point + 1;
            }
            at = next;
        }
        return script.build();
    }

    /// A text that stands nowhere as it is, made for something written at `place`.
    public static Script made(String text, Span place) {
        return builder(place).made(text, place).build();
    }

    /// @param place what an empty text points at: the key, or the value that holds nothing
    public static Builder builder(Span place) {
        return new Builder(place);
    }

    public String text() {
        return text;
    }

    /// Where a part of the text was written; of a part from several texts, where it starts.
    ///
    /// @param from a char of the text, or its length for what is missing after the end
    /// @param to the char after the last
    public Span span(int from, int to) {
        var first = runAt(from);
        var last = runAt(Math.max(from, Math.min(to, text.length()) - 1));
        return switch (first) {
            case Run.Made(var _, var place) -> place;
            case Run.Verbatim start -> {
                boolean together = last instanceof Run.Verbatim end && end.lines == start.lines;
                int after = together ? ((Run.Verbatim) last).codePoint(text, to) : start.codePoint(text, from) + 1;
                yield start.lines.span(start.codePoint(text, from), after);
            }
        };
    }

    private Run runAt(int at) {
        int index = Arrays.binarySearch(starts, at);
        return runs.get(index >= 0 ? index : -index - 2);
    }

    @Override
    public String toString() {
        return text;
    }

    private sealed interface Run {
        int start();

        /// @param offset the code point of the source text where the run starts
        record Verbatim(int start, Lines lines, int offset) implements Run {
            /// The code point of the source text that a char of the run, or the one after it, stands at.
            int codePoint(String text, int at) {
                boolean pair = at == start + 2 && Character.isHighSurrogate(text.charAt(start));
                return offset + (pair ? 1 : at - start);
            }
        }

        record Made(int start, Span place) implements Run {}
    }

    /// Puts a script together, from its start to its end.
    public static final class Builder {
        private final Span place;
        private final StringBuilder text = new StringBuilder();
        private final List<Run> runs = new ArrayList<>();

        private Builder(Span place) {
            this.place = place;
        }

        /// A part that stands in a source text as it is, within one line or over several.
        ///
        /// @param offset in code points, as [Lines] counts
        public Builder verbatim(String part, Lines lines, int offset) {
            int codePoint = offset;
            int runStart = -1; // of the run being extended; a pair of surrogates, one code point, is a run of its own
            for (int i = 0; i < part.length(); codePoint++) {
                int chars = Character.charCount(part.codePointAt(i));
                if (runStart < 0 || chars == 2) {
                    runs.add(new Run.Verbatim(text.length() + i, lines, codePoint));
                }
                runStart = chars == 2 ? -1 : i;
                i += chars;
            }
            text.append(part);
            return this;
        }

        /// A part that stands nowhere as it is: an escape, a fold, a text put around others.
        public Builder made(String part, Span place) {
            if (!part.isEmpty()) {
                runs.add(new Run.Made(text.length(), place));
                text.append(part);
            }
            return this;
        }

        public Builder script(Script script) {
            int shift = text.length();
            for (var run : script.runs) {
                runs.add(
                        switch (run) {
                            case Run.Verbatim(int start, Lines lines, int offset) ->
                                new Run.Verbatim(start + shift, lines, offset);
                            case Run.Made(int start, Span at) -> new Run.Made(start + shift, at);
                        });
            }
            text.append(script.text);
            return this;
        }

        public Script build() {
            return new Script(text.toString(), runs.isEmpty() ? List.of(new Run.Made(0, place)) : runs);
        }
    }
}
