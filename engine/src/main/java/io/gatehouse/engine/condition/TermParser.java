// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Expression.Term;
import io.gatehouse.engine.condition.Expression.Term.Literal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads the two sides of a check. The grammar stands above [ConditionParser].
final class TermParser {
    /// Transformers in transformers.
    static final int MAX_NESTING = 100;
    /// Items of one check, lists expanded.
    static final int MAX_ITEMS = 1_000_000;

    private static final List<String> TRANSFORMERS = Arrays.stream(Transformer.values())
            .filter(transformer -> transformer != Transformer.VAL)
            .map(Transformer::word)
            .toList();

    private final Scanner scanner;
    private final Lists lists;
    private final Set<String> listsUsed = new HashSet<>();
    private int nesting;

    TermParser(Scanner scanner, Lists lists) {
        this.scanner = scanner;
        this.lists = lists;
    }

    Set<String> listsUsed() {
        return listsUsed;
    }

    Optional<Term> field() {
        int start = scanner.at();
        var name = scanner.fieldName();
        if (name.isEmpty()) {
            return Optional.empty();
        }
        var argument = scanner.argument();
        return Optional.of(new Term.FieldUse(name, argument, scanner.spanFrom(start)));
    }

    /// @param left whether `val(...)` is out of place here
    Optional<Term> call(boolean left) {
        int start = scanner.at();
        var word = scanner.word();
        boolean val = word.equals(Transformer.VAL.word());
        if (!scanner.next('(') || !val && !TRANSFORMERS.contains(word)) {
            scanner.back(start);
            return Optional.empty();
        }
        if (val && left) {
            throw scanner.stop(
                    start, start + word.length(), "'val' stands only after an operator", "write the field itself");
        }
        scanner.take('(');
        var arguments = val ? List.of(fieldOfVal()) : inputs();
        if (!scanner.take(')')) {
            throw scanner.wrong(
                    "',' or ')' is expected here, not " + scanner.here(),
                    "close the arguments of '" + word + "' with ')'");
        }
        var argument = scanner.argument();
        return Optional.of(new Term.Call(word, arguments, argument, scanner.spanFrom(start)));
    }

    private Term fieldOfVal() {
        scanner.blanks();
        var field = field().orElseThrow(() ->
                scanner.wrong("'val' takes a field, not " + scanner.here(), "write a field such as 'val(proc.pname)'"));
        scanner.blanks();
        return field;
    }

    private List<Term> inputs() {
        if (++nesting > MAX_NESTING) {
            throw scanner.tooLarge("transformers are nested deeper than " + MAX_NESTING);
        }
        var inputs = new ArrayList<Term>();
        do {
            scanner.blanks();
            inputs.add(scanner.next('(') ? group() : element());
            scanner.blanks();
        } while (scanner.take(','));
        nesting--;
        return inputs;
    }

    private Term group() {
        int start = scanner.at();
        scanner.take('(');
        scanner.blanks();
        var elements = new ArrayList<Term>();
        if (!scanner.next(')')) {
            do {
                scanner.blanks();
                elements.add(element());
                scanner.blanks();
            } while (scanner.take(','));
        }
        if (!scanner.take(')')) {
            throw scanner.wrong("',' or ')' is expected here, not " + scanner.here(), "close the list with ')'");
        }
        return new Term.Group(elements, scanner.spanFrom(start));
    }

    private Term element() {
        int start = scanner.at();
        var number = scanner.number();
        if (!number.isEmpty()) {
            return new Literal(number, false, scanner.spanFrom(start));
        }
        return scanner.quoted()
                .<Term>map(quoted -> quoted)
                .or(() -> call(true))
                .or(this::field)
                .orElseThrow(() -> scanner.wrong(
                        "a field, a transformer, a number or a text in quotes is expected here, not " + scanner.here(),
                        "write text in quotes: transformers are: " + String.join(" ", TRANSFORMERS)));
    }

    /// The right side of `<` and its like.
    Term numberSide(Operator operator) {
        var other = call(false);
        if (other.isPresent()) {
            return other.get();
        }
        int start = scanner.at();
        var number = scanner.number();
        if (!number.isEmpty()) {
            return new Literal(number, false, scanner.spanFrom(start));
        }
        var word = scanner.bare();
        if (word.isPresent() && isList(word.get())) {
            var item = onlyItem(word.get(), start, operator);
            if (Scanner.isNumber(item.text())) {
                return item;
            }
        }
        scanner.back(start);
        throw scanner.wrong(
                "a number is expected after '" + operator.word() + "', not " + scanner.here(),
                "write a number without quotes, or 'val(...)' around a field");
    }

    /// The right side of `=`, `contains` and their like.
    Term textSide(Operator operator) {
        var other = call(false);
        if (other.isPresent()) {
            return other.get();
        }
        int start = scanner.at();
        var value = scanner.quoted()
                .or(scanner::bare)
                .orElseThrow(() -> scanner.wrong(
                        "a value is expected after '" + operator.word() + "', not " + scanner.here(),
                        "write a value, and one with blanks or ( ) = , in quotes"));
        return isList(value) ? onlyItem(value, start, operator) : value;
    }

    /// The right side of `in`, `intersects` and `pmatch`.
    Term listSide(Operator operator) {
        var other = call(false);
        return other.isPresent() ? other.get() : items(operator);
    }

    Term items(Operator operator) {
        if (scanner.next('(')) {
            return itemsInParentheses();
        }
        int start = scanner.at();
        var word = scanner.bare();
        if (word.isPresent() && isList(word.get())) {
            return onlyItem(word.get(), start, operator);
        }
        scanner.back(start);
        var single = scanner.word();
        if (single.isEmpty()) {
            throw scanner.wrong(
                    "a list is expected after '" + operator.word() + "', not " + scanner.here(),
                    "write the items in parentheses: (a, b, c)");
        }
        return new Literal(single, false, scanner.spanFrom(start));
    }

    private Term itemsInParentheses() {
        int open = scanner.at();
        scanner.take('(');
        scanner.blanks();
        var items = new ItemRow();
        if (!scanner.next(')')) {
            do {
                scanner.blanks();
                items.add(value());
                scanner.blanks();
            } while (scanner.take(','));
        }
        if (!scanner.take(')')) {
            if (scanner.atEnd()) {
                throw scanner.stop(open, open + 1, "the list is not closed", "write ')' after the last item");
            }
            throw scanner.wrong(
                    "',' or ')' is expected here, not " + scanner.here(),
                    "write a comma between items, and an item with blanks or ( ) = , in quotes");
        }
        return new Term.Items(items.all(), scanner.spanFrom(open));
    }

    private Literal value() {
        return scanner.quoted()
                .or(scanner::bare)
                .orElseThrow(() -> scanner.wrong(
                        "an item is expected here, not " + scanner.here(), "write an item, or remove the comma"));
    }

    private boolean isList(Literal value) {
        return !value.quoted() && lists.items(value.text()).isPresent();
    }

    /// The one item of a list that stands where one value does.
    private Literal onlyItem(Literal name, int start, Operator operator) {
        var items = lists.items(name.text()).orElseThrow();
        listsUsed.add(name.text());
        if (items.size() != 1) {
            scanner.back(start);
            throw scanner.wrong(
                    "'" + name.text() + "' is a list of " + items.size() + " items, and one value is expected after '"
                            + operator.word() + "'",
                    "write 'in (" + name.text() + ")', the name in parentheses");
        }
        return items.getFirst();
    }

    /// Items in order. A list alone keeps its own list of items, which all conditions that name it share.
    private final class ItemRow {
        private List<Literal> items = List.of();

        void add(Literal item) {
            var expanded = item.quoted() ? Optional.<List<Literal>>empty() : lists.items(item.text());
            expanded.ifPresent(_ -> listsUsed.add(item.text()));
            var more = expanded.orElseGet(() -> List.of(item));
            if (items.size() + more.size() > MAX_ITEMS) {
                throw scanner.tooLarge("the list has more than " + MAX_ITEMS + " items");
            }
            if (items.isEmpty()) {
                items = more;
            } else if (!more.isEmpty()) {
                if (!(items instanceof ArrayList)) {
                    items = new ArrayList<>(items);
                }
                items.addAll(more);
            }
        }

        List<Literal> all() {
            return items;
        }
    }
}
