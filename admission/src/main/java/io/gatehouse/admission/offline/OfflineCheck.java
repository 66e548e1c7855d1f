// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.offline;

import io.gatehouse.admission.control.Arrival;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.pod.Bearer;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.pod.HiddenPods;
import io.gatehouse.admission.pod.PodFields;
import io.gatehouse.admission.pod.PodReader;
import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Finding;
import io.gatehouse.admission.review.Findings;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.admission.review.Namespaces;
import io.gatehouse.admission.review.ReviewReader;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.RuleFindings;
import io.gatehouse.admission.review.Subject;
import io.gatehouse.admission.review.Unsent;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Reading;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Judges manifests: objects in YAML or JSON, several in a file, lists of them, and recorded admission reviews.
///
/// An object without a namespace is taken to go where the caller says; labels and images are as written, since nothing
/// has been defaulted or mutated yet.
public final class OfflineCheck {
    /// A text to check.
    ///
    /// @param name a path, or how its reader knows it
    public record Manifest(String name, byte[] bytes) {}

    /// One object that carries a pod, and what the gate would do.
    public record Judged(String file, Subject subject, Decision decision) {}

    /// @param judged in the order of the texts
    /// @param others objects that carry no pod
    /// @param problems texts and objects that could not be judged
    public record Report(List<Judged> judged, int others, List<Diagnostic> problems) {
        public Report {
            judged = List.copyOf(judged);
            problems = List.copyOf(problems);
        }
    }

    /// The name that stands for standard input.
    public static final Path STANDARD_INPUT = Path.of("-");

    private final Snapshot snapshot;
    private final Images images;
    private final String namespace;
    private final LocalDate today;
    /// The labels of the namespaces that stand among the manifests.
    private final Map<String, Map<String, String>> labels = new HashMap<>();

    private final Namespaces namespaces = name -> Optional.ofNullable(labels.get(name));
    private final List<Judged> judged = new ArrayList<>();
    private final List<Diagnostic> problems = new ArrayList<>();
    private int others;

    private OfflineCheck(Snapshot snapshot, Images images, String namespace, LocalDate today) {
        this.snapshot = snapshot;
        this.images = images;
        this.namespace = namespace;
        this.today = today;
    }

    /// Files as named, folders with every `.yaml`, `.yml` and `.json` below them in the order of their paths, `-` for
    /// standard input.
    public static List<Manifest> read(List<Path> paths, InputStream standardInput) throws IOException {
        var manifests = new ArrayList<Manifest>();
        for (var path : paths) {
            if (path.equals(STANDARD_INPUT)) {
                manifests.add(new Manifest("standard input", standardInput.readAllBytes()));
            } else if (Files.isDirectory(path)) {
                try (var below = Files.walk(path)) {
                    for (var file :
                            below.filter(OfflineCheck::isManifest).sorted().toList()) {
                        manifests.add(new Manifest(file.toString(), Files.readAllBytes(file)));
                    }
                }
            } else {
                manifests.add(new Manifest(path.toString(), Files.readAllBytes(path)));
            }
        }
        return manifests;
    }

    private static boolean isManifest(Path path) {
        var name = path.getFileName().toString();
        return Files.isRegularFile(path) && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"));
    }

    /// Where nothing is known of images.
    public static Report check(List<Manifest> manifests, Snapshot snapshot, String namespace, LocalDate today) {
        return check(manifests, snapshot, Images.NONE, namespace, today);
    }

    /// @param images may take its time here
    /// @param namespace of objects that name none
    public static Report check(
            List<Manifest> manifests, Snapshot snapshot, Images images, String namespace, LocalDate today) {
        var check = new OfflineCheck(snapshot, images, namespace, today);
        var readings = manifests.stream().map(OfflineCheck::documents).toList();
        readings.forEach(check::namespaces); // wherever they stand, they count for all
        for (int i = 0; i < readings.size(); i++) {
            check.text(manifests.get(i).name(), readings.get(i));
        }
        return new Report(check.judged, check.others, check.problems);
    }

    private void text(String file, Reading reading) {
        problems.addAll(reading.diagnostics());
        if (isSound(reading)) {
            reading.documents().forEach(document -> document(file, document));
        }
    }

    private static boolean isSound(Reading reading) {
        return reading.diagnostics().stream().noneMatch(d -> d.severity() == Diagnostic.Severity.ERROR);
    }

    private void namespaces(Reading reading) {
        if (isSound(reading)) {
            reading.documents().forEach(this::namespace);
        }
    }

    private void namespace(Node document) {
        if (!(document instanceof Node.Mapping object)
                || !Type.of(object).equals(Optional.of(new Type("", "Namespace")))) {
            return;
        }
        var written = Fields.mapping(object, "metadata").flatMap(metadata -> Fields.mapping(metadata, "labels"));
        var known = new HashMap<String, String>();
        for (var entry : written.map(Node.Mapping::entries).orElse(List.of())) {
            if (entry.value() instanceof Node.Text(var value, var span)) {
                known.put(entry.key(), value);
                if (entry.key().equals(Workload.MODE_LABEL)
                        && Workload.modeOf(known).isEmpty()) {
                    problems.add(Code.NAMESPACE_MODE.at(span, "a namespace asks for mode '" + value + "'"));
                }
            }
        }
        labels.put(ReviewReader.nameOf(object), known);
    }

    /// As the check reads it.
    public static Reading documents(Manifest manifest) {
        return isJson(manifest)
                ? JsonReader.read(manifest.name(), manifest.bytes(), JsonReader.Limits.DEFAULT)
                : YamlReader.read(
                        new SourceText(manifest.name(), new String(manifest.bytes(), StandardCharsets.UTF_8)));
    }

    private static boolean isJson(Manifest manifest) {
        if (manifest.name().endsWith(".json")) {
            return true;
        }
        for (byte b : manifest.bytes()) {
            if (b != ' ' && b != '\n' && b != '\t' && b != '\r') {
                return b == '{';
            }
        }
        return false;
    }

    private void document(String file, Node document) {
        if (document instanceof Node.Mapping object && ReviewReader.isReview(object)) {
            review(file, object);
        } else {
            object(file, document, "", Optional.empty());
        }
    }

    private void review(String file, Node.Mapping review) {
        switch (ReviewReader.read(review)) {
            case ReviewReader.Outcome.Malformed(var diagnostics) -> problems.addAll(diagnostics);
            case ReviewReader.Outcome.Read(var request) -> {
                switch (Judge.decide(request, snapshot, images, namespaces, today)) {
                    case Judge.Outcome.Malformed(var diagnostics) -> problems.addAll(diagnostics);
                    case Judge.Outcome.Judged(var decision) ->
                        judged.add(new Judged(file, request.subject(), decision));
                }
            }
        }
    }

    /// @param type what a typed list says its items are; they need not say it themselves
    private void object(String file, Node node, String prefix, Optional<Type> type) {
        if (!(node instanceof Node.Mapping object)) {
            problems.add(Code.NO_OBJECT.at(
                    node.span(), "a document is " + Fields.show(Optional.of(node)) + ", not an object"));
            return;
        }
        var own = Type.of(object).or(() -> type);
        if (own.isEmpty()) {
            problems.add(Code.NO_OBJECT.at(object.span(), "an object has no apiVersion or no kind"));
            return;
        }
        if (own.get().isList() && Fields.value(object, "items").orElse(null) instanceof Node.Sequence items) {
            int index = 0;
            for (var item : items.items()) {
                object(file, item, prefix + "items[" + index++ + "].", own.get().item());
            }
            return;
        }
        var where = Fields.mapping(object, "metadata")
                .flatMap(metadata -> Fields.text(metadata, "namespace"))
                .filter(written -> !written.isEmpty())
                .or(() -> Optional.of(namespace));
        var subject = new Subject(
                own.get().group(),
                own.get().kind(),
                where,
                ReviewReader.nameOf(object),
                ReviewReader.generatedName(object));
        var request = Unsent.request(subject, ReviewRequest.Operation.CREATE, Optional.of(object), "");
        var byRules = RuleFindings.of(request, subject, snapshot, today);
        var bearer =
                Bearer.of(snapshot.workloads(), own.get().group(), own.get().kind());
        if (bearer.isEmpty()) {
            HiddenPods.find(object)
                    .ifPresent(template -> problems.add(Code.KIND_NOT_JUDGED.at(
                            object.span(),
                            Judge.unjudged(subject.kind(), prefix + template),
                            "name it in a ClusterWorkloadPolicy: 'admission.workloads' with the templates '" + template
                                    + "'")));
            withoutPod(file, subject, byRules);
            return;
        }
        switch (PodReader.read(bearer.get(), object, prefix)) {
            case PodReader.Outcome.Malformed(var diagnostics) -> problems.addAll(diagnostics);
            case PodReader.Outcome.Found(var pods) -> {
                var mode = where.flatMap(namespaces::labels).flatMap(Workload::modeOf);
                var findings = Findings.NONE;
                for (var pod : pods) {
                    PodFields.unknown(pod)
                            .forEach(field -> problems.add(Code.UNKNOWN_POD_FIELD.at(
                                    field.node().span(), "no control knows " + field.path())));
                    var arrival = new Arrival(pod, request, images);
                    findings = findings.and(Judge.findings(arrival, Optional.empty(), subject, mode, snapshot, today));
                }
                judged.add(new Judged(file, subject, Judge.decide(Judge.named(findings.and(byRules), subject))));
            }
        }
    }

    private void withoutPod(String file, Subject subject, List<Finding> byRules) {
        if (byRules.isEmpty()) {
            others++;
        } else {
            var findings = Judge.named(Findings.NONE.and(byRules), subject);
            judged.add(new Judged(file, subject, Judge.decide(findings)));
        }
    }

    /// What an object says it is.
    private record Type(String group, String kind) {
        private static final String LIST = "List";

        static Optional<Type> of(Node.Mapping object) {
            var kind = Fields.text(object, "kind");
            return Fields.text(object, "apiVersion")
                    .flatMap(apiVersion -> kind.map(k -> {
                        int slash = apiVersion.indexOf('/');
                        return new Type(slash < 0 ? "" : apiVersion.substring(0, slash), k);
                    }));
        }

        boolean isList() {
            return kind.endsWith(LIST);
        }

        /// `PodList` holds pods; a plain `List` holds anything.
        Optional<Type> item() {
            return kind.equals(LIST)
                    ? Optional.empty()
                    : Optional.of(new Type(group, kind.substring(0, kind.length() - LIST.length())));
        }
    }
}
