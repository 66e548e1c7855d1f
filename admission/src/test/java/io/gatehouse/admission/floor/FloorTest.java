// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.floor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.gatehouse.admission.doctor.ClusterDoctor;
import io.gatehouse.admission.doctor.ClusterObjects;
import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.admission.review.Policies;
import io.gatehouse.admission.review.ReviewReader;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.admission.review.Subject;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.admission.server.WebhookConfiguration.Target;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PrivilegeSection;
import io.gatehouse.schemas.policy.PrivilegeSection.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The floor, evaluated by a CEL of its own and held against the judge.
class FloorTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 1);
    private static final List<String> EXCLUDED = List.of("kube-system", "gatehouse-system");

    /// Each part that the floor says, alone.
    private static final Map<String, AdmissionSection> ASKED = Map.of(
            "admission.readOnlyRootFilesystem", Policies.READ_ONLY,
            "admission.privilege.privileged", Policies.privilege(PrivilegeSection.of(Setting.PRIVILEGED)),
            "admission.privilege.hostPID", Policies.privilege(PrivilegeSection.of(Setting.HOST_PID)),
            "admission.privilege.hostIPC", Policies.privilege(PrivilegeSection.of(Setting.HOST_IPC)),
            "admission.privilege.hostNetwork", Policies.privilege(PrivilegeSection.of(Setting.HOST_NETWORK)),
            "admission.privilege.allowPrivilegeEscalation",
                    Policies.privilege(PrivilegeSection.of(Setting.ALLOW_PRIVILEGE_ESCALATION)),
            "admission.sensitiveMounts",
                    Policies.mounts("/", "/etc", "/proc", "/sys", "/var/run/docker.sock", "/run/containerd"));

    private final CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setOptions(CelOptions.current().build())
            .addVar("object", SimpleType.DYN)
            .addVar("oldObject", SimpleType.DYN)
            .addVar("request", SimpleType.DYN)
            .addVar("variables", SimpleType.DYN)
            .build();
    private final CelRuntime runtime =
            CelRuntimeFactory.standardCelRuntimeBuilder().build();
    private final Map<String, CelRuntime.Program> programs = new HashMap<>();

    private Object evaluate(String expression, Map<String, Object> with)
            throws CelValidationException, CelEvaluationException {
        var program = programs.get(expression);
        if (program == null) {
            program = runtime.createProgram(compiler.compile(expression).getAst());
            programs.put(expression, program);
        }
        return program.eval(with);
    }

    /// What the floor says to a request; empty where it lets it through.
    private List<String> refusals(
            Floor floor, String resource, Operation operation, String namespace, Object object, Object before)
            throws CelValidationException, CelEvaluationException {
        var refusals = new ArrayList<String>();
        for (var policy : floor.policies()) {
            boolean asked = policy.rules().stream()
                            .anyMatch(rule -> rule.resources().contains(resource)
                                    && rule.operations().contains(operation.name()))
                    && policy.namespaces()
                            .map(where -> where.names().contains(namespace)
                                    == where.operator().equals("In"))
                            .orElse(true);
            if (!asked) {
                continue;
            }
            var request = Map.of(
                    "namespace",
                    namespace,
                    "operation",
                    operation.name(),
                    "name",
                    "web",
                    "userInfo",
                    Map.of("username", "jane", "groups", List.of("system:authenticated")));
            var with = new HashMap<String, Object>();
            with.put("object", object == null ? dev.cel.common.values.NullValue.NULL_VALUE : object);
            with.put("oldObject", before == null ? dev.cel.common.values.NullValue.NULL_VALUE : before);
            with.put("request", request);
            var variables = new HashMap<String, Object>();
            with.put("variables", variables);
            boolean concerned = true;
            for (var condition : policy.conditions()) {
                concerned &= (Boolean) evaluate(condition, with);
            }
            if (!concerned) {
                continue;
            }
            for (var variable : policy.variables()) {
                variables.put(variable.name(), evaluate(variable.expression(), with));
            }
            for (var validation : policy.validations()) {
                if (!(Boolean) evaluate(validation.expression(), with)) {
                    refusals.add(validation.message());
                }
            }
        }
        return refusals;
    }

    private static Object plain(Node node) {
        return switch (node) {
            case Node.Mapping(var entries, var _) -> {
                var map = new LinkedHashMap<String, Object>();
                entries.forEach(entry -> {
                    if (!(entry.value() instanceof Node.Null)) {
                        map.put(entry.key(), plain(entry.value()));
                    }
                });
                yield map;
            }
            case Node.Sequence(var items, var _) ->
                items.stream().map(FloorTest::plain).toList();
            case Node.Text(var text, var _) -> text;
            case Node.Bool(var value, var _) -> value;
            case Node.Number(var literal, var _) ->
                literal.matches("-?[0-9]+") ? (Object) Long.valueOf(literal) : (Object) Double.valueOf(literal);
            case Node.Null _ -> dev.cel.common.values.NullValue.NULL_VALUE;
        };
    }

    private record Case(String name, Bearer bearer, Node.Mapping object) {}

    private static List<Case> cases(Path folder) throws IOException {
        var cases = new ArrayList<Case>();
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(one -> one.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                var reading = YamlReader.read(new SourceText(file.toString(), Files.readString(file)));
                if (!reading.diagnostics().isEmpty()) {
                    continue;
                }
                for (var document : reading.documents()) {
                    if (document instanceof Node.Mapping object) {
                        var version = Fields.text(object, "apiVersion").orElse("");
                        var group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
                        Bearer.of(group, Fields.text(object, "kind").orElse(""))
                                .ifPresent(bearer -> cases.add(new Case(file.toString(), bearer, object)));
                    }
                }
            }
        }
        return cases;
    }

    private static List<Case> allCases() throws IOException {
        var cases = new ArrayList<>(
                cases(Path.of(System.getProperty("gatehouse.root")).resolve("admission/src/test/resources/cases/own")));
        var shared = Path.of(System.getProperty("gatehouse.root"), "..", "shared", "admission");
        if (Files.isDirectory(shared)) {
            cases.addAll(cases(shared));
        }
        return cases;
    }

    private static boolean denied(Snapshot snapshot, Case one, String namespace) {
        var request = new ReviewRequest(
                "uid",
                new Subject(
                        one.bearer().group(),
                        one.bearer().kind(),
                        Optional.of(namespace),
                        ReviewReader.nameOf(one.object())),
                one.bearer().resource(),
                Operation.CREATE,
                Optional.of(one.object()),
                Optional.empty(),
                false,
                "jane");
        return Judge.decide(request, snapshot, TODAY) instanceof Judge.Outcome.Judged(Decision.Deny _);
    }

    private static boolean malformed(Snapshot snapshot, Case one) {
        var request = new ReviewRequest(
                "uid",
                new Subject(one.bearer().group(), one.bearer().kind(), Optional.of("shop"), "x"),
                one.bearer().resource(),
                Operation.CREATE,
                Optional.of(one.object()),
                Optional.empty(),
                false,
                "jane");
        return Judge.decide(request, snapshot, TODAY) instanceof Judge.Outcome.Malformed;
    }

    @Test
    void the_floor_refuses_what_it_claims_and_nothing_that_the_gate_lets_through() throws Exception {
        var wrong = new ArrayList<String>();
        var tallies = new TreeMap<String, int[]>();
        for (var asked : ASKED.entrySet()) {
            var snapshot = Policies.snapshot(Policies.policy("p", Mode.ENFORCE, asked.getValue()));
            var floor = Floor.of(snapshot, TODAY, EXCLUDED, List.of());
            var tally = tallies.computeIfAbsent(asked.getKey(), _ -> new int[2]);
            for (var one : allCases()) {
                if (malformed(snapshot, one)) {
                    continue; // the API server refuses it by itself
                }
                boolean gate = denied(snapshot, one, "shop");
                boolean kept = !refusals(
                                floor, one.bearer().resource(), Operation.CREATE, "shop", plain(one.object()), null)
                        .isEmpty();
                tally[gate ? 1 : 0]++;
                boolean unplain = asked.getKey().equals("admission.sensitiveMounts")
                        && gate
                        && !kept
                        && plain(one.object()).toString().matches("(?s).*path=[^,}]*(//|/\\.).*");
                if (gate != kept && !unplain) {
                    wrong.add(asked.getKey() + " " + one.name() + ": gate " + gate + ", floor " + kept);
                }
            }
        }
        tallies.forEach((part, tally) ->
                System.out.printf("%-46s %4d refused %4d let through, alike%n", part, tally[1], tally[0]));
        assertEquals("", String.join("\n", wrong));
        tallies.forEach((part, tally) -> assertTrue(tally[0] > 0, "nothing was let through by " + part));
        assertTrue(tallies.get("admission.readOnlyRootFilesystem")[1] > 0);
        assertTrue(tallies.get("admission.sensitiveMounts")[1] > 0);
    }

    private static Case pod(String yaml) {
        var object = (Node.Mapping)
                YamlReader.read(new SourceText("pod.yaml", yaml)).documents().getFirst();
        return new Case("pod", Bearer.of("", "Pod").orElseThrow(), object);
    }

    /// Namespace, labels, image and container decide for the floor as they do for the gate.
    @Test
    void it_is_about_the_same_workloads() throws Exception {
        var match = new Match(
                List.of("shop-*"), Map.of("app", "web's"), List.of("docker.io/library/nginx:?*"), List.of("w*"));
        var exempt = List.of(
                new Exemption(List.of("shop-old"), "going", Optional.of(TODAY)),
                new Exemption(List.of("shop-gone"), "gone", Optional.of(TODAY.minusDays(1))));
        var snapshot = Policies.snapshot(Policies.policy("p", Mode.ENFORCE, match, exempt, Policies.EVERYTHING));
        var floor = Floor.of(snapshot, TODAY, EXCLUDED, List.of());
        int refused = 0;
        for (var namespace : List.of("shop-new", "shop-old", "shop-gone", "shop", "kube-public")) {
            for (var app : List.of("web's", "web")) {
                for (var image :
                        List.of("docker.io/library/nginx:1", "docker.io/library/nginx:", "dockerXio/library/nginx:1")) {
                    for (var container : List.of("web", "aw")) {
                        var one = pod("""
                                apiVersion: v1
                                kind: Pod
                                metadata: {name: x, labels: {app: "%s"}}
                                spec:
                                  hostPID: true
                                  containers: [{name: %s, image: "%s"}, {name: other, image: other}]
                                """.formatted(app, container, image));
                        boolean gate = denied(snapshot, one, namespace);
                        refused += gate ? 1 : 0;
                        var kept = refusals(floor, "pods", Operation.CREATE, namespace, plain(one.object()), null);
                        assertEquals(gate, !kept.isEmpty(), namespace + " " + app + " " + image + " " + container);
                    }
                }
            }
        }
        assertEquals(2, refused, "shop-new and shop-gone, and nothing else");
    }

    /// Each template of a kind that policies name, and none that is not there.
    @Test
    void a_kind_that_policies_name_is_kept_too() throws Exception {
        var snapshot = Policies.compiled("{readOnlyRootFilesystem: {required: true}, workloads: ["
                + "{group: argoproj.io, kind: Rollout, templates: [spec.template]}, {group: x.io, kind: Set, resource: sets, templates: ["
                + "spec.one.template, spec.two.template, 'spec.jobs[].template']}]}");
        var floor = Floor.of(snapshot, TODAY, EXCLUDED, List.of());
        var text = """
                apiVersion: argoproj.io/v1alpha1
                kind: Rollout
                metadata: {name: x}
                spec: {template: {spec: {containers: [{name: web, securityContext: {readOnlyRootFilesystem: %s}}]}}}
                """;
        assertEquals(
                1,
                refusals(
                                floor,
                                "rollouts",
                                Operation.CREATE,
                                "shop",
                                plain(pod(text.formatted("false")).object()),
                                null)
                        .size());
        assertEquals(
                List.of(),
                refusals(
                        floor,
                        "rollouts",
                        Operation.CREATE,
                        "shop",
                        plain(pod(text.formatted("true")).object()),
                        null));
        var elsewhere =
                pod("{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: x}, spec: {workloadRef: {}}}");
        assertEquals(List.of(), refusals(floor, "rollouts", Operation.CREATE, "shop", plain(elsewhere.object()), null));
        var second = pod("""
                apiVersion: x.io/v1
                kind: Set
                metadata: {name: x}
                spec: {two: {template: {spec: {containers: [{name: web}]}}}}
                """);
        assertEquals(
                1,
                refusals(floor, "sets", Operation.CREATE, "shop", plain(second.object()), null)
                        .size());
        assertEquals(
                List.of("sets.x.io: CEL would need to go through the lists of spec.jobs[].template"),
                floor.losses().stream()
                        .filter(loss -> loss.part().contains("x.io"))
                        .map(loss -> loss.part() + ": " + loss.why())
                        .toList());
    }

    /// Refusing an update for what stood already would keep controllers from removing a finalizer.
    @Test
    void an_update_that_leaves_what_was_wrong_is_let_through() throws Exception {
        var floor = Floor.of(
                Policies.snapshot(Policies.policy("p", Mode.ENFORCE, Policies.READ_ONLY)), TODAY, EXCLUDED, List.of());
        var text = """
                apiVersion: v1
                kind: Pod
                metadata: {name: x}
                spec: {containers: [{name: web, securityContext: {readOnlyRootFilesystem: %s}}]}
                """;
        var bad = plain(pod(text.formatted("false")).object());
        var good = plain(pod(text.formatted("true")).object());
        assertEquals(List.of(), refusals(floor, "pods", Operation.UPDATE, "shop", bad, bad));
        assertEquals(List.of(), refusals(floor, "pods", Operation.UPDATE, "shop", good, bad));
        assertEquals(
                1, refusals(floor, "pods", Operation.UPDATE, "shop", bad, good).size());
        assertEquals(
                1, refusals(floor, "pods", Operation.CREATE, "shop", bad, null).size());
    }

    @Test
    void what_is_in_audit_or_cannot_be_said_is_named() {
        var section = Policies.deny(new AdmissionSection.Deny("x", "ka.verb = create", "no"));
        var floor = Floor.of(
                Policies.snapshot(
                        Policies.policy("a", Mode.AUDIT, Policies.READ_ONLY),
                        Policies.policy("b", Mode.ENFORCE, section)),
                TODAY,
                EXCLUDED,
                List.of());
        assertEquals(
                List.of("a admission.readOnlyRootFilesystem", "b deny"),
                floor.losses().stream()
                        .map(loss -> loss.policy() + " " + loss.part())
                        .toList());
        assertEquals(2, floor.policies().size(), "the guards alone");
        assertTrue(floor.text().contains("# left to the gate: policy b, deny: "), floor::text);
    }

    @Test
    void ways_into_running_containers_are_closed() throws Exception {
        var compiled = PolicyCompiler.compile(List.of(new SourceText("p.yaml", """
                apiVersion: gatehouse.io/v1alpha1
                kind: ClusterWorkloadPolicy
                metadata: {name: p}
                spec: {mode: enforce, admission: {interactive: {exec: deny, ephemeralContainers: deny}}}
                """)));
        var floor = Floor.of(compiled.snapshot().orElseThrow(), TODAY, EXCLUDED, List.of());
        var options = Map.of("kind", "PodExecOptions");
        assertEquals(
                1,
                refusals(floor, "pods/exec", Operation.CONNECT, "shop", options, null)
                        .size());
        assertEquals(
                0,
                refusals(floor, "pods/attach", Operation.CONNECT, "shop", options, null)
                        .size());
        var text = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: web}]%s}\n";
        var before = plain(pod(text.formatted("")).object());
        var after =
                plain(pod(text.formatted(", ephemeralContainers: [{name: d}]")).object());
        assertEquals(
                1,
                refusals(floor, "pods/ephemeralcontainers", Operation.UPDATE, "shop", after, before)
                        .size());
        assertEquals(
                0,
                refusals(floor, "pods/ephemeralcontainers", Operation.UPDATE, "shop", after, after)
                        .size());
    }

    @Test
    void the_guards_let_in_the_cluster_and_its_administrators_alone() throws Exception {
        var guard = Guards.of(EXCLUDED, List.of("platform")).getFirst();
        var expression = guard.validations().getFirst().expression();
        assertFalse(trusts(expression, "jane", "system:authenticated"));
        assertFalse(trusts(expression, "system:serviceaccount:shop:default", "system:serviceaccounts"));
        assertTrue(trusts(expression, "jane", "platform"));
        assertTrue(trusts(expression, "root", "system:masters"));
        assertTrue(trusts(expression, "system:node:one", "system:nodes"));
        assertTrue(trusts(
                expression, "system:serviceaccount:kube-system:daemon-set-controller", "system:serviceaccounts"));
        assertTrue(trusts(expression, "system:kube-scheduler", "system:authenticated"));
        var registration = Guards.of(EXCLUDED, List.of("platform")).get(1);
        var own = "system:serviceaccount:gatehouse-system:gatehouse-admission";
        assertFalse(trusts(registration.validations().getFirst().expression(), own, "system:serviceaccounts"));
    }

    private boolean trusts(String expression, String user, String group) throws Exception {
        var with = new HashMap<String, Object>();
        with.put("request", Map.of("userInfo", Map.of("username", user, "groups", List.of(group))));
        return (Boolean) evaluate(expression, with);
    }

    /// What the doctor names is mended by what the floor prints.
    @Test
    void with_the_floor_applied_the_doctor_finds_every_hole_guarded() {
        var registration = WebhookConfiguration.render(
                "gatehouse", new Target.Url("https://gate.example"), Optional.empty(), Optional.empty());
        var floor = Floor.of(
                Policies.snapshot(Policies.policy("p", Mode.ENFORCE, Policies.EVERYTHING)), TODAY, EXCLUDED, List.of());
        var objects = ClusterObjects.read(
                List.of(new SourceText("webhook", registration), new SourceText("floor", floor.text())));
        assertEquals(List.of(), objects.problems());
        var report = ClusterDoctor.examine(
                objects,
                new ClusterDoctor.Question(
                        "gate.gatehouse.io", "gatehouse-admission", "gatehouse-system", Instant.EPOCH));
        var codes = report.holes().stream().map(hole -> hole.code()).toList();
        assertFalse(codes.contains("GH-1914") || codes.contains("GH-1915"), codes::toString);
    }
}
