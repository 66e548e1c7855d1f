// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// Budget, baseline and result side by side.
///
/// ```
/// what         unit  budget  baseline  result  ratio
/// getppid      ns       178       118     121   1.03  met
/// open+close   ns     1,840     1,532   1,900   1.24  over budget
/// ```
public final class Table {
    private static final List<String> HEAD = List.of("what", "unit", "budget", "baseline", "result", "ratio");
    private static final int TEXT_COLUMNS = 2;

    /// @param budget at most this much, or at least where more is better, in the same unit
    /// @param baseline the same without what is measured
    private record Row(
            String what, String unit, OptionalDouble budget, OptionalDouble baseline, double result, Better better) {
        boolean keepsItsBudget() {
            double most = budget.orElseThrow();
            return better == Better.LESS ? result <= most : result >= most;
        }
    }

    private enum Better {
        LESS,
        MORE
    }

    private final List<Row> rows = new ArrayList<>();

    /// A result with both to compare it with; less is better.
    public Table row(String what, String unit, OptionalDouble budget, OptionalDouble baseline, double result) {
        rows.add(new Row(what, unit, budget, baseline, result, Better.LESS));
        return this;
    }

    /// A result that should be at most as large as its budget.
    Table most(String what, String unit, double budget, double result) {
        return row(what, unit, OptionalDouble.of(budget), OptionalDouble.empty(), result);
    }

    /// A result that should be at least as large as its budget.
    Table least(String what, String unit, double budget, double result) {
        rows.add(new Row(what, unit, OptionalDouble.of(budget), OptionalDouble.empty(), result, Better.MORE));
        return this;
    }

    /// A result alone.
    public Table row(String what, String unit, double result) {
        return row(what, unit, OptionalDouble.empty(), OptionalDouble.empty(), result);
    }

    /// Lines, each ended.
    public String text() {
        var lines = new ArrayList<List<String>>();
        lines.add(HEAD);
        for (var row : rows) {
            lines.add(cells(row));
        }
        var widths = new int[HEAD.size()];
        for (var line : lines) {
            for (var i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (var line : lines) {
            var printed = new StringBuilder();
            for (var i = 0; i < widths.length; i++) {
                var pad = " ".repeat(widths[i] - line.get(i).length());
                printed.append(i == 0 ? "" : "  ");
                printed.append(i < TEXT_COLUMNS ? line.get(i) + pad : pad + line.get(i));
            }
            if (line.size() > widths.length) {
                printed.append("  ").append(line.getLast());
            }
            text.append(printed.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static List<String> cells(Row row) {
        var cells = new ArrayList<>(List.of(
                row.what(),
                row.unit(),
                number(row.budget()),
                number(row.baseline()),
                number(row.result()),
                ratio(row)));
        if (row.budget().isPresent()) {
            cells.add(row.keepsItsBudget() ? "met" : row.better() == Better.LESS ? "over budget" : "below budget");
        }
        return cells;
    }

    private static String ratio(Row row) {
        return row.baseline().isPresent() && row.baseline().getAsDouble() > 0
                ? String.format(
                        Locale.ROOT, "%.2f", row.result() / row.baseline().getAsDouble())
                : "-";
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? number(value.getAsDouble()) : "-";
    }

    /// Three digits that matter, and all in front of the point.
    private static String number(double value) {
        var size = Math.abs(value);
        if (size >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
    }
}
