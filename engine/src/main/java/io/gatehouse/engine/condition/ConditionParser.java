// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Quantifier;
import io.gatehouse.engine.condition.Expression.Term;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Reads a condition. The grammar, with blanks left out:
/// ```
/// condition   = or
/// or          = and ("or" and)*
/// and         = not ("and" not)*
/// not         = "not"* ( "(" or ")" | check | macro )
/// check       = left ( "exists"
///                    | ("<" | "<=" | ">" | ">=") ( other | number | LIST )
///                    | text-op ( quantifier items | other | value )
///                    | ("in" | "intersects" | "pmatch") ( items | other ) )
/// text-op     = "=" | "==" | "!=" | "contains" | "icontains" | "bcontains" | "startswith" | "bstartswith"
///             | "endswith" | "glob" | "iglob" | "regex"
/// quantifier  = "oneof" | "anyof" | "allof"
/// left        = field | call
/// other       = call | "val(" field ")"
/// field       = word ("." word)+ argument?
/// call        = transformer "(" input ("," input)* ")" argument?
/// transformer = "tolower" | "toupper" | "b64" | "basename" | "len" | "join" | "concat" | "getopt"
/// input       = number | quoted | call | field | "(" ( element ("," element)* )? ")"
/// element     = number | quoted | call | field
/// argument    = "[" ( quoted | any chars but blanks, quotes, and brackets that are no pair ) "]"
/// items       = "(" ( value ("," value)* )? ")" | word | LIST
/// value       = quoted | bare | LIST
/// macro       = word
/// word        = letter (letter | digit | "_")*
/// bare        = any chars but blanks and ( ) " ' = ,
/// number      = [+-] digits ["." digits] [e (+|-) digits] | 0x hex-digits
/// quoted      = in " or ', with the escapes \b \f \n \r \t \\ \/ \xHH and the quote
/// ```
/// `LIST` is a bare word that names a list: its items stand in its place, as if written there. `and`, `or`
/// and `not` are followed by a blank or `(`; operators of letters before a value, and quantifiers, by a
/// blank.
///
/// Here is what joins checks; [TermParser] reads their two sides.
public final class ConditionParser {
    /// Parentheses in parentheses. The reference gives up near 200, after 1000 calls of its own functions.
    static final int MAX_NESTING = 250;
    /// Chars of one condition.
    static final int MAX_LENGTH = 4 * 1024 * 1024;

    private static final List<Operator> NUMBER_OPERATORS =
            List.of(Operator.LESS_OR_EQUAL, Operator.LESS, Operator.GREATER_OR_EQUAL, Operator.GREATER);
    private static final Map<String, Operator> TEXT_OPERATORS = words(
            Operator.GLOB,
            Operator.IGLOB,
            Operator.CONTAINS,
            Operator.ICONTAINS,
            Operator.BCONTAINS,
            Operator.STARTSWITH,
            Operator.BSTARTSWITH,
            Operator.ENDSWITH,
            Operator.REGEX);
    private static final Map<String, Operator> LIST_OPERATORS =
            words(Operator.IN, Operator.INTERSECTS, Operator.PMATCH);

    private final Scanner scanner;
    private final TermParser terms;
    private int nesting;

    private ConditionParser(Script script, Lists lists) {
        this.scanner = new Scanner(script);
        this.terms = new TermParser(scanner, lists);
    }

    public static Parsed parse(Script script, Lists lists) {
        var parser = new ConditionParser(script, lists);
        try {
            var expression = parser.whole(script);
            return new Parsed(Optional.of(expression), parser.terms.listsUsed(), List.of());
        } catch (Scanner.Stop stop) {
            return new Parsed(Optional.empty(), parser.terms.listsUsed(), List.of(stop.diagnostic()));
        }
    }

    private Expression whole(Script script) {
        if (script.text().length() > MAX_LENGTH) {
            throw scanner.tooLarge(
                    "the condition has " + script.text().length() + " characters, at most " + MAX_LENGTH + " are read");
        }
        var expression = or();
        if (!scanner.atEnd()) {
            throw unexpectedAfter(expression);
        }
        return expression;
    }

    private Expression or() {
        scanner.blanks();
        int start = scanner.at();
        var first = and();
        if (!scanner.takeJoint("or")) {
            return first;
        }
        var alternatives = new ArrayList<>(List.of(first));
        do {
            alternatives.add(and());
        } while (scanner.takeJoint("or"));
        return new Expression.Or(alternatives, scanner.spanFrom(start));
    }

    private Expression and() {
        scanner.blanks();
        int start = scanner.at();
        var first = not();
        if (!scanner.takeJoint("and")) {
            return first;
        }
        var parts = new ArrayList<>(List.of(first));
        do {
            parts.add(not());
        } while (scanner.takeJoint("and"));
        return new Expression.And(parts, scanner.spanFrom(start));
    }

    private Expression not() {
        scanner.blanks();
        int start = scanner.at();
        boolean negated = false;
        while (scanner.takeJoint("not")) {
            scanner.blanks();
            negated = !negated;
        }
        var term = single();
        scanner.blanks();
        return negated ? new Expression.Not(term, scanner.spanFrom(start)) : term;
    }

    private Expression single() {
        if (scanner.next('(')) {
            return inParentheses();
        }
        int start = scanner.at();
        var left = terms.field().or(() -> terms.call(true));
        if (left.isPresent()) {
            return check(left.get(), start);
        }
        var macro = isJointNext() ? "" : scanner.word();
        if (macro.isEmpty()) {
            throw scanner.wrong(
                    "a check, a macro or '(' is expected here, not " + scanner.here(),
                    "write a check such as 'proc.name = sh', or remove what is too much");
        }
        return new Expression.Name(macro, scanner.spanFrom(start));
    }

    private Expression inParentheses() {
        int open = scanner.at();
        if (++nesting > MAX_NESTING) {
            throw scanner.tooLarge("parentheses are nested deeper than " + MAX_NESTING);
        }
        scanner.take('(');
        var inside = or();
        if (!scanner.take(')')) {
            if (scanner.atEnd()) {
                throw scanner.stop(open, open + 1, "the parenthesis is not closed", "write ')' where it ends");
            }
            throw unexpectedAfter(inside);
        }
        nesting--;
        return inside;
    }

    private Expression check(Term left, int start) {
        scanner.blanks();
        int operatorStart = scanner.at();
        if (scanner.takeWord(Operator.EXISTS.word())) {
            return check(
                    left, Operator.EXISTS, Optional.empty(), new Term.Nothing(scanner.spanFrom(operatorStart)), start);
        }
        var symbol = symbol();
        if (symbol.isPresent()) {
            boolean blank = scanner.blanks();
            return NUMBER_OPERATORS.contains(symbol.get())
                    ? check(left, symbol.get(), Optional.empty(), terms.numberSide(symbol.get()), start)
                    : textCheck(left, symbol.get(), blank, start);
        }
        var word = scanner.word();
        if (LIST_OPERATORS.containsKey(word)) {
            scanner.blanks();
            var operator = LIST_OPERATORS.get(word);
            return check(left, operator, Optional.empty(), terms.listSide(operator), start);
        }
        if (TEXT_OPERATORS.containsKey(word)) {
            if (!scanner.blanks()) {
                throw scanner.wrong("a blank is missing after '" + word + "'", "write a blank before the value");
            }
            return textCheck(left, TEXT_OPERATORS.get(word), true, start);
        }
        scanner.back(operatorStart);
        throw scanner.wrong("an operator is expected here, not " + scanner.here(), "write one of: " + operatorWords());
    }

    private Expression textCheck(Term left, Operator operator, boolean blankBefore, int start) {
        var quantifier = blankBefore ? quantifier() : Optional.<Quantifier>empty();
        var right = quantifier.isPresent() ? terms.items(operator) : terms.textSide(operator);
        return check(left, operator, quantifier, right, start);
    }

    private Expression check(Term left, Operator operator, Optional<Quantifier> quantifier, Term right, int start) {
        return new Expression.Check(left, operator, quantifier, right, scanner.spanFrom(start));
    }

    private Optional<Operator> symbol() {
        if (scanner.take("==") || scanner.take("=")) {
            return Optional.of(Operator.EQUAL);
        }
        if (scanner.take("!=")) {
            return Optional.of(Operator.NOT_EQUAL);
        }
        for (var operator : NUMBER_OPERATORS) {
            if (scanner.take(operator.word())) {
                return Optional.of(operator);
            }
        }
        return Optional.empty();
    }

    /// `oneof`, `anyof` or `allof` where items follow; else it is a value like any other.
    private Optional<Quantifier> quantifier() {
        int start = scanner.at();
        for (var quantifier : Quantifier.values()) {
            if (scanner.takeWord(quantifier.name().toLowerCase(Locale.ROOT)) && scanner.blanks() && itemsFollow()) {
                return Optional.of(quantifier);
            }
            scanner.back(start);
        }
        return Optional.empty();
    }

    private boolean itemsFollow() {
        if (scanner.next('(')) {
            return true;
        }
        int start = scanner.at();
        boolean word = !scanner.word().isEmpty();
        scanner.back(start);
        return word && !isJointNext();
    }

    private boolean isJointNext() {
        return scanner.nextWord("and") || scanner.nextWord("or") || scanner.nextWord("not");
    }

    private Scanner.Stop unexpectedAfter(Expression expression) {
        if (expression instanceof Expression.Name(var name, var _)) {
            return scanner.wrong(
                    "'and' or 'or' is expected after the macro '" + name + "', not " + scanner.here(),
                    "join two conditions with 'and' or 'or'; a name that is compared is a field and has a dot");
        }
        return scanner.wrong(
                "'and' or 'or' is expected here, not " + scanner.here(),
                "join two conditions with 'and' or 'or', and write a value with blanks or ( ) = , in quotes");
    }

    private static String operatorWords() {
        var words = new ArrayList<String>();
        for (var operator : Operator.values()) {
            words.add(operator.word());
        }
        return String.join(" ", words);
    }

    private static Map<String, Operator> words(Operator... operators) {
        return Arrays.stream(operators).collect(Collectors.toUnmodifiableMap(Operator::word, operator -> operator));
    }
}
