// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.fix;

import java.util.ArrayList;
import java.util.List;

/// The difference between two texts as `patch -p1` and `git apply` take it.
public final class Patch {
    private static final int CONTEXT = 3;
    private static final String NO_END = "\\ No newline at end of file";

    private enum Kind {
        SAME(' '),
        OLD('-'),
        NEW('+');

        private final char sign;

        Kind(char sign) {
            this.sign = sign;
        }
    }

    private record Line(Kind kind, String text) {}

    private Patch() {}

    /// Empty where the texts are the same.
    ///
    /// @param name a path without a slash before it
    public static String between(String name, String before, String after) {
        if (before.equals(after)) {
            return "";
        }
        var script = script(lines(before), lines(after));
        var out = new StringBuilder("--- a/")
                .append(name)
                .append("\n+++ b/")
                .append(name)
                .append('\n');
        int from = 0;
        while ((from = nextChange(script, from)) < script.size()) {
            int to = from;
            for (int next = from;
                    next < script.size() && next - to <= 2 * CONTEXT;
                    next = nextChange(script, next + 1)) {
                to = next;
            }
            hunk(script, Math.max(0, from - CONTEXT), Math.min(script.size(), to + CONTEXT + 1), out);
            from = to + 1;
        }
        return out.toString();
    }

    private static int nextChange(List<Line> script, int from) {
        int at = from;
        while (at < script.size() && script.get(at).kind() == Kind.SAME) {
            at++;
        }
        return at;
    }

    private static void hunk(List<Line> script, int from, int to, StringBuilder out) {
        out.append("@@ -").append(range(script, from, to, Kind.NEW));
        out.append(" +").append(range(script, from, to, Kind.OLD)).append(" @@\n");
        for (var line : script.subList(from, to)) {
            out.append(line.kind().sign).append(line.text());
            if (!line.text().endsWith("\n")) {
                out.append('\n').append(NO_END).append('\n');
            }
        }
    }

    /// First line and number of lines on the side that does not have the others'.
    private static String range(List<Line> script, int from, int to, Kind others) {
        long before =
                script.subList(0, from).stream().filter(l -> l.kind() != others).count();
        long count = script.subList(from, to).stream()
                .filter(l -> l.kind() != others)
                .count();
        return (count == 0 ? before : before + 1) + (count == 1 ? "" : "," + count);
    }

    private static List<String> lines(String text) {
        var lines = new ArrayList<String>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(from, to));
            from = to;
        }
        return lines;
    }

    /// The shortest way from one to the other, found from both ends towards what differs: the greedy algorithm of
    /// Myers, whose work is that of the difference and not of the texts.
    private static List<Line> script(List<String> a, List<String> b) {
        int head = 0;
        while (head < a.size() && head < b.size() && a.get(head).equals(b.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < a.size() - head
                && tail < b.size() - head
                && a.get(a.size() - 1 - tail).equals(b.get(b.size() - 1 - tail))) {
            tail++;
        }
        var script = new ArrayList<Line>();
        a.subList(0, head).forEach(line -> script.add(new Line(Kind.SAME, line)));
        script.addAll(middle(a.subList(head, a.size() - tail), b.subList(head, b.size() - tail)));
        a.subList(a.size() - tail, a.size()).forEach(line -> script.add(new Line(Kind.SAME, line)));
        return script;
    }

    private static List<Line> middle(List<String> a, List<String> b) {
        int most = a.size() + b.size();
        var trace = new ArrayList<int[]>();
        var furthest = new int[2 * most + 2];
        for (int steps = 0; steps <= most; steps++) {
            trace.add(furthest.clone());
            for (int k = -steps; k <= steps; k += 2) {
                boolean down = k == -steps || k != steps && furthest[most + k - 1] < furthest[most + k + 1];
                int x = down ? furthest[most + k + 1] : furthest[most + k - 1] + 1;
                int y = x - k;
                while (x < a.size() && y < b.size() && a.get(x).equals(b.get(y))) {
                    x++;
                    y++;
                }
                furthest[most + k] = x;
                if (x >= a.size() && y >= b.size()) {
                    return backwards(a, b, trace, most);
                }
            }
        }
        throw new IllegalStateException("two texts differ in more lines than they have");
    }

    private static List<Line> backwards(List<String> a, List<String> b, List<int[]> trace, int most) {
        var reversed = new ArrayList<Line>();
        int x = a.size();
        int y = b.size();
        for (int steps = trace.size() - 1; steps >= 0; steps--) {
            var furthest = trace.get(steps);
            int k = x - y;
            boolean down = k == -steps || k != steps && furthest[most + k - 1] < furthest[most + k + 1];
            int fromK = down ? k + 1 : k - 1;
            int fromX = steps == 0 ? 0 : furthest[most + fromK];
            int fromY = steps == 0 ? 0 : fromX - fromK;
            while (x > fromX && y > fromY) {
                reversed.add(new Line(Kind.SAME, a.get(--x)));
                y--;
            }
            if (steps > 0) {
                reversed.add(down ? new Line(Kind.NEW, b.get(--y)) : new Line(Kind.OLD, a.get(--x)));
            }
        }
        return reversed.reversed();
    }
}
