// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.match.KernelNeed.Opening;
import io.gatehouse.engine.match.KernelNeed.Result;
import io.gatehouse.engine.match.KernelNeed.Scope;
import io.gatehouse.engine.match.Term.All;
import io.gatehouse.engine.match.Term.Any;
import io.gatehouse.engine.match.Term.Fixed;
import io.gatehouse.engine.match.Term.Leaf;
import io.gatehouse.engine.match.Term.Not;
import io.gatehouse.schemas.event.EventTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// From a term to what the kernel can test of it: alternatives of which one must be admitted. What the
/// kernel cannot test asks for nothing, so that nothing is lost. Of a check that is negated only the scope
/// is used.
final class Lowering {
    /// Alternatives of one condition; more become one that is wider.
    private static final int MOST_ALTERNATIVES = 16;

    private static final String HOST = "host";
    private static final String SUCCESS = "SUCCESS";
    /// Calls whose result is the descriptor they are about.
    private static final Set<String> OPENS = Set.of("open", "openat", "openat2", "creat");

    private static final List<KernelNeed> ANYTHING = List.of(KernelNeed.NONE);

    private record Use(Term term, boolean opens) {}

    private final TermPool pool;
    private final Map<Use, List<KernelNeed>> known = new HashMap<>();

    Lowering(TermPool pool) {
        this.pool = pool;
    }

    /// @return none where no event can satisfy the term
    List<KernelNeed> lower(Term term, int kind) {
        return lower(
                new Use(term, OPENS.contains(EventTable.current().byCode(kind).name())));
    }

    private List<KernelNeed> lower(Use use) {
        var needs = known.get(use);
        if (needs == null) {
            boolean opens = use.opens;
            needs = switch (use.term) {
                case Fixed fixed -> fixed == Fixed.TRUE ? ANYTHING : List.of();
                case Leaf leaf -> List.of(need(leaf.check, opens));
                case All all -> all(all.terms, opens);
                case Any any -> any(any.terms, opens);
                case Not not ->
                    switch (not.term) {
                        case All all -> any(negated(all), opens);
                        case Any any -> all(negated(any), opens);
                        case Leaf leaf -> List.of(needOfNot(leaf.check));
                        case Not _, Fixed _ -> ANYTHING;
                    };
            };
            known.put(use, needs);
        }
        return needs;
    }

    private List<Term> negated(Term.Several several) {
        return several.terms.stream().map(pool::not).toList();
    }

    private List<KernelNeed> any(List<Term> terms, boolean opens) {
        var needs = new ArrayList<KernelNeed>();
        for (var term : terms) {
            needs.addAll(lower(new Use(term, opens)));
        }
        return bounded(withoutRepetition(needs));
    }

    private List<KernelNeed> all(List<Term> terms, boolean opens) {
        var needs = ANYTHING;
        for (var term : terms) {
            var both = new ArrayList<KernelNeed>();
            for (var one : needs) {
                for (var other : lower(new Use(term, opens))) {
                    one.and(other).ifPresent(both::add);
                }
            }
            needs = bounded(withoutRepetition(both));
        }
        return needs;
    }

    private static List<KernelNeed> bounded(List<KernelNeed> needs) {
        return needs.size() <= MOST_ALTERNATIVES
                ? needs
                : List.of(needs.stream().reduce(KernelNeed::or).orElseThrow());
    }

    /// Leaves out what another need admits anyway.
    static List<KernelNeed> withoutRepetition(List<KernelNeed> needs) {
        var left = new ArrayList<KernelNeed>();
        for (var need : needs) {
            if (left.stream().noneMatch(need::within)) {
                left.removeIf(other -> other.within(need));
                left.add(need);
            }
        }
        return left;
    }

    private static KernelNeed need(Check check, boolean opens) {
        if (!(check.subject() instanceof Subject.Read(var field, var _))) {
            return KernelNeed.NONE;
        }
        return switch (field.name()) {
            case "evt.is_open_read" -> isTrue(check) ? KernelNeed.of(Opening.READING) : KernelNeed.NONE;
            case "evt.is_open_write" -> isTrue(check) ? KernelNeed.of(Opening.WRITING) : KernelNeed.NONE;
            case "evt.rawres" -> KernelNeed.of(result(check));
            case "fd.num" -> opens ? KernelNeed.of(result(check)) : KernelNeed.NONE;
            case "evt.failed" -> failed(check);
            case "evt.res" ->
                KernelNeed.of(
                        isNotSuccess(check)
                                ? Result.FAILED
                                : text(check).map(Lowering::result).orElse(Result.ANY));
            case "container.id" -> KernelNeed.of(scope(check));
            case "proc.name" -> text(check).map(KernelNeed::ofProgram).orElse(KernelNeed.NONE);
            case "fd.name" -> text(check).map(KernelNeed::ofPath).orElse(KernelNeed.NONE);
            case "fd.directory" ->
                text(check).flatMap(Lowering::pathIn).map(KernelNeed::ofPath).orElse(KernelNeed.NONE);
            case "fd.filename" ->
                text(check).flatMap(Lowering::pathTo).map(KernelNeed::ofPath).orElse(KernelNeed.NONE);
            default -> KernelNeed.NONE;
        };
    }

    /// A negated check also holds where there is no value, so little can be said.
    private static KernelNeed needOfNot(Check check) {
        boolean isHost = check.subject() instanceof Subject.Read(var field, var _)
                && field.name().equals("container.id")
                && (check.operator() == Operator.EQUAL || check.operator() == Operator.IN)
                && text(check).filter(need -> need.names().contains(HOST)).isPresent();
        return isHost ? KernelNeed.of(Scope.CONTAINER) : KernelNeed.NONE;
    }

    /// Of a field that is 0 or 1, or has no value, and then satisfies nothing, `!=` included.
    private static boolean isTrue(Check check) {
        return check.operator() == Operator.EQUAL && check.operand().equals(new Operand.Number(1))
                || check.operator() == Operator.NOT_EQUAL && check.operand().equals(new Operand.Number(0));
    }

    private static KernelNeed failed(Check check) {
        if (isTrue(check)) {
            return KernelNeed.of(Result.FAILED);
        }
        return switch (check.operand()) {
            case Operand.Number(long number)
            when check.operator() == Operator.EQUAL -> KernelNeed.of(number == 0 ? Result.SUCCEEDED : Result.FAILED);
            case Operand.Number(long number)
            when check.operator() == Operator.NOT_EQUAL && number == 1 -> KernelNeed.of(Result.SUCCEEDED);
            default -> KernelNeed.NONE;
        };
    }

    private static boolean isNotSuccess(Check check) {
        return check.operator() == Operator.NOT_EQUAL && check.operand().equals(new Operand.Text(SUCCESS));
    }

    private static Result result(TextNeed outcome) {
        return outcome.equals(TextNeed.names(Set.of(SUCCESS)))
                ? Result.SUCCEEDED
                : outcome.admits(SUCCESS) ? Result.ANY : Result.FAILED;
    }

    private static Result result(Check check) {
        if (check.operand() instanceof Operand.Numbers(var numbers) && check.operator() == Operator.IN) {
            return numbers.stream().allMatch(number -> number >= 0)
                    ? Result.SUCCEEDED
                    : numbers.stream().allMatch(number -> number < 0) ? Result.FAILED : Result.ANY;
        }
        var number =
                check.operand() instanceof Operand.Number(long value) ? OptionalLong.of(value) : OptionalLong.empty();
        if (number.isEmpty()) {
            return Result.ANY;
        }
        long value = number.getAsLong();
        return switch (check.operator()) {
            case EQUAL -> value >= 0 ? Result.SUCCEEDED : Result.FAILED;
            case GREATER -> value >= -1 ? Result.SUCCEEDED : Result.ANY;
            case GREATER_OR_EQUAL -> value >= 0 ? Result.SUCCEEDED : Result.ANY;
            case LESS -> value <= 0 ? Result.FAILED : Result.ANY;
            case LESS_OR_EQUAL -> value < 0 ? Result.FAILED : Result.ANY;
            default -> Result.ANY;
        };
    }

    private static Scope scope(Check check) {
        boolean isNotHost =
                check.operator() == Operator.NOT_EQUAL && check.operand().equals(new Operand.Text(HOST));
        if (isNotHost) {
            return Scope.CONTAINER;
        }
        var need = text(check);
        if (need.isEmpty() || !need.get().admits(HOST)) {
            return need.isEmpty() ? Scope.ANY : Scope.CONTAINER;
        }
        return need.get().equals(TextNeed.names(Set.of(HOST))) ? Scope.HOST : Scope.ANY;
    }

    private static Optional<TextNeed> text(Check check) {
        return switch (check.operand()) {
            case Operand.Text(var text) ->
                switch (check.operator()) {
                    case EQUAL -> Optional.of(TextNeed.names(Set.of(text)));
                    case STARTSWITH -> Optional.of(TextNeed.start(text));
                    case ENDSWITH -> Optional.of(TextNeed.end(text));
                    case GLOB -> startOfGlob(text);
                    default -> Optional.empty();
                };
            case Operand.Texts(var texts) when check.operator() == Operator.IN -> Optional.of(TextNeed.names(texts));
            default -> Optional.empty();
        };
    }

    private static Optional<TextNeed> startOfGlob(String glob) {
        int end = 0;
        while (end < glob.length() && "*?[\\".indexOf(glob.charAt(end)) < 0) {
            end++;
        }
        return end == 0 ? Optional.empty() : Optional.of(TextNeed.start(glob.substring(0, end)));
    }

    /// A file lies in its directory; a directory that was opened is its own. A path without a slash is said
    /// to lie in `/`.
    private static Optional<TextNeed> pathIn(TextNeed directory) {
        if (directory.admits("/") || !directory.ends().isEmpty()) {
            return Optional.empty();
        }
        var starts = new HashSet<>(directory.starts());
        directory.names().forEach(name -> starts.add(name + "/"));
        return Optional.of(new TextNeed(directory.names(), starts, Set.of()));
    }

    /// A path ends with the name of its file, but for one that ends with a slash.
    private static Optional<TextNeed> pathTo(TextNeed file) {
        if (file.admits("/") || !file.starts().isEmpty()) {
            return Optional.empty();
        }
        var ends = new HashSet<>(file.ends());
        ends.addAll(file.names());
        return Optional.of(new TextNeed(Set.of(), Set.of(), ends));
    }
}
