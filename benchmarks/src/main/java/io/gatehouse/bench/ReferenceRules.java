// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.engine.rule.Selection;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The rules that people have, as many of them as are wanted. All are switched on, those too that their files leave
/// off.
final class ReferenceRules {
    static final List<String> STABLE = List.of("falco_rules.yaml");
    static final List<String> ALL =
            List.of("falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml");

    private static final Path FOLDER =
            Path.of(System.getProperty("gatehouse.root", "."), "..", "shared", "falco", "rules");
    private static final RulesOptions OPTIONS = new RulesOptions(
            EnumSet.of(Source.SYSCALL),
            RulesOptions.DEFAULT.least(),
            RuleMatching.FIRST,
            List.of(new Selection(Selection.Change.ENABLE, new Selection.Target.Name("*"))));

    /// Fields whose values every installation has in common; their literals stay as they are.
    private static final Set<String> UNIVERSAL = Set.of(
            "container.id",
            "fd.typechar",
            "fd.type",
            "fd.l4proto",
            "fd.sockfamily",
            "user.name",
            "thread.cap_effective",
            "thread.cap_permitted");

    private ReferenceRules() {}

    static boolean installed() {
        return Files.isDirectory(FOLDER);
    }

    static List<Path> paths(List<String> files) {
        return files.stream().map(FOLDER::resolve).toList();
    }

    static List<SourceText> texts(List<String> files) throws IOException {
        var texts = new ArrayList<SourceText>();
        for (var file : files) {
            texts.add(new SourceText(file, Files.readString(FOLDER.resolve(file))));
        }
        return texts;
    }

    static List<Rule> compile(List<SourceText> texts) {
        var compilation = RulesCompiler.compile(texts, OPTIONS);
        return compilation
                .rules()
                .orElseThrow(() -> new IllegalStateException("the reference rules: " + compilation.diagnostics()))
                .rules();
    }

    /// So many rules: copies of these, each copy with other names and paths, as if many people had written them.
    static List<Rule> many(List<Rule> rules, int count) {
        var many = new ArrayList<Rule>();
        for (int i = 0; i < count; i++) {
            var rule = rules.get(i % rules.size());
            int copy = i / rules.size();
            many.add(copy == 0 ? rule : at(i, rule, vary(rule.condition(), "~" + copy)));
        }
        return many;
    }

    private static Rule at(int position, Rule rule, Condition condition) {
        return new Rule(
                rule.name() + " " + position,
                position,
                rule.source(),
                rule.description(),
                condition,
                rule.kinds(),
                rule.output(),
                rule.priority(),
                rule.tags(),
                rule.enabled(),
                rule.span());
    }

    private static Condition vary(Condition condition, String mark) {
        return switch (condition) {
            case Condition.And(var terms) ->
                new Condition.And(terms.stream().map(term -> vary(term, mark)).toList());
            case Condition.Or(var terms) ->
                new Condition.Or(terms.stream().map(term -> vary(term, mark)).toList());
            case Condition.Not(var term) -> new Condition.Not(vary(term, mark));
            case Check check when isUniversal(check) -> check;
            case Check(var subject, var operator, var operand, var span) ->
                new Check(subject, operator, vary(operand, operator, mark), span);
        };
    }

    private static boolean isUniversal(Check check) {
        return check.operator() == Operator.NOT_EQUAL
                || !(check.subject() instanceof Subject.Read(var field, var _))
                || field.name().startsWith("evt.") && !field.name().equals("evt.arg")
                || UNIVERSAL.contains(field.name())
                || !field.type().isText();
    }

    private static Operand vary(Operand operand, Operator operator, String mark) {
        return switch (operand) {
            case Operand.Text(var text) -> new Operand.Text(vary(text, operator, mark));
            case Operand.Texts(var texts) ->
                new Operand.Texts(
                        texts.stream().map(text -> vary(text, operator, mark)).collect(Collectors.toSet()));
            default -> operand;
        };
    }

    private static String vary(String text, Operator operator, String mark) {
        return operator == Operator.ENDSWITH ? mark + text : text + mark;
    }
}
