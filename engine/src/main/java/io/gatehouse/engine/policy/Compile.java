// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.policy.Compilation.AllBrakes;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.schemas.policy.PolicyExemption;
import io.gatehouse.schemas.policy.PolicySchema;
import io.gatehouse.schemas.policy.RuleResponse;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// One compilation: what each pass leaves to the next. One thread, once.
final class Compile {
    private static final Comparator<WorkloadPolicy> POLICIES_BY_NAME = Comparator.comparing(
                    (WorkloadPolicy policy) -> policy.name().namespace().orElse(""))
            .thenComparing(policy -> policy.name().name());
    private static final Comparator<RuleResponse> RESPONSES_BY_NAME =
            Comparator.comparing(response -> response.name().name());

    private static final Comparator<PolicyExemption> EXEMPTIONS_BY_NAME =
            Comparator.comparing(exemption -> exemption.name().toString());

    private final List<SourceText> namedRules;
    private final List<SourceText> sources;
    private final RulesOptions options;
    private final List<Diagnostic> problems = new ArrayList<>();
    private List<SourceText> rulesFiles = List.of();
    private List<SourceText> policyFiles = List.of();
    private List<Node> documents = List.of();
    /// The documents that no pass found anything wrong with so far.
    private List<Node.Mapping> sound = List.of();
    private List<Draft.OfPolicy> policies = List.of();
    private List<Draft.OfResponse> responses = List.of();
    private List<Draft.OfExemption> exemptions = List.of();
    private final List<Notice> notices = new ArrayList<>();
    private Brakes brakes = Brakes.NONE;
    private AllBrakes allBrakes = AllBrakes.KNOWN;
    /// Absent where no rules file is among the sources, or one has an error.
    private Optional<RuleSet> rules = Optional.empty();
    private final Map<WorkloadPolicy, List<Denial>> denials = new IdentityHashMap<>();
    private List<CompiledPolicy> compiled = List.of();

    Compile(List<SourceText> namedRules, List<SourceText> sources, RulesOptions options) {
        this.namedRules = List.copyOf(namedRules);
        this.sources = List.copyOf(sources);
        this.options = options;
    }

    void sort() {
        rulesFiles = Stream.concat(namedRules.stream(), sources.stream().filter(RulesFiles::isRulesFile))
                .toList();
        policyFiles = sources.stream()
                .filter(source -> !RulesFiles.isRulesFile(source))
                .toList();
    }

    void read() {
        var read = new ArrayList<Node>();
        for (var source : policyFiles) {
            var reading = YamlReader.read(source);
            problems.addAll(reading.diagnostics());
            read.addAll(reading.documents());
            if (!reading.diagnostics().isEmpty()) {
                allBrakes = AllBrakes.UNCERTAIN;
            }
            if (reading.documents().isEmpty() && reading.diagnostics().isEmpty()) {
                allBrakes = AllBrakes.UNCERTAIN; // a brake that is just being written
                problems.add(Code.EMPTY_FILE.at(new Span(source, 1, 1, 1), "the file holds no policy"));
            }
        }
        documents = read;
    }

    void checkHeadings() {
        sound = sound(documents, PolicyHeading::check);
        if (sound.size() < documents.size()) {
            allBrakes = AllBrakes.UNCERTAIN;
        }
    }

    void checkNames() {
        problems.addAll(PolicyNames.check(sound));
    }

    void checkShapes() {
        long brakesBefore = sound.stream().filter(Compile::isBrake).count();
        sound = sound(sound, PolicyShape::check);
        if (sound.stream().filter(Compile::isBrake).count() < brakesBefore) {
            allBrakes = AllBrakes.UNCERTAIN;
        }
    }

    void build() {
        var drafts = sound.stream().map(Draft::of).toList();
        policies = only(Draft.OfPolicy.class, drafts);
        responses = only(Draft.OfResponse.class, drafts);
        exemptions = only(Draft.OfExemption.class, drafts);
        brakes = new Brakes(only(Draft.OfBrake.class, drafts).stream()
                .map(Draft.OfBrake::brake)
                .sorted(Comparator.comparing(brake -> brake.name().name()))
                .toList());
    }

    private static boolean isBrake(Node.Mapping document) {
        return Shaped.text(document, "kind").equals(Optional.of(PolicySchema.BRAKE_KIND));
    }

    void crossCheck() {
        policies.forEach(draft -> problems.addAll(CrossChecks.check(draft)));
        policies.forEach(draft -> problems.addAll(RolloutChecks.check(draft, notices)));
        var checks = new ExemptionChecks(policies, notices);
        exemptions.forEach(draft -> problems.addAll(checks.check(draft)));
    }

    void compileRules() {
        if (!rulesFiles.isEmpty()) {
            var compilation = RulesCompiler.compile(rulesFiles, options);
            problems.addAll(compilation.diagnostics());
            rules = compilation.rules();
        }
    }

    void checkResponses() {
        responses.forEach(draft -> problems.addAll(ResponseChecks.check(draft, rules)));
    }

    void compileConditions() {
        var compiler = new DenyCompiler();
        policies.forEach(draft -> denials.put(draft.policy(), compiler.compile(draft)));
        problems.addAll(compiler.problems());
    }

    void plan() {
        compiled = policies.stream()
                .map(Draft.OfPolicy::policy)
                .sorted(POLICIES_BY_NAME)
                .map(policy -> Planner.plan(policy, denials.get(policy)))
                .toList();
    }

    Compilation conclude() {
        var inOrder = inSourceOrder();
        Predicate<Diagnostic> isError = problem -> problem.severity() == Severity.ERROR;
        if (inOrder.stream().anyMatch(isError)) {
            return new Compilation(Optional.empty(), inOrder, brakes, allBrakes);
        }
        var answers = responses.stream()
                .map(Draft.OfResponse::response)
                .sorted(RESPONSES_BY_NAME)
                .toList();
        var exempt = exemptions.stream()
                .map(Draft.OfExemption::exemption)
                .sorted(EXEMPTIONS_BY_NAME)
                .toList();
        var ruleSet = rules.orElse(Snapshot.NO_RULES);
        return new Compilation(
                Optional.of(new Snapshot(compiled, answers, ruleSet, brakes, exempt, notices)),
                inOrder,
                brakes,
                allBrakes);
    }

    private <T extends Node> List<Node.Mapping> sound(List<T> checked, Function<T, List<Diagnostic>> check) {
        var withoutFault = new ArrayList<Node.Mapping>();
        for (var document : checked) {
            var found = check.apply(document);
            problems.addAll(found);
            if (found.isEmpty() && document instanceof Node.Mapping mapping) {
                withoutFault.add(mapping);
            }
        }
        return withoutFault;
    }

    private static <T extends Draft> List<T> only(Class<T> kind, List<Draft> drafts) {
        return drafts.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private List<Diagnostic> inSourceOrder() {
        var order = new IdentityHashMap<SourceText, Integer>();
        namedRules.forEach(source -> order.putIfAbsent(source, order.size()));
        sources.forEach(source -> order.putIfAbsent(source, order.size()));
        return problems.stream()
                .sorted(Comparator.comparingInt(
                                (Diagnostic d) -> order.getOrDefault(d.span().source(), order.size()))
                        .thenComparingInt(d -> d.span().line())
                        .thenComparingInt(d -> d.span().column()))
                .toList();
    }
}
