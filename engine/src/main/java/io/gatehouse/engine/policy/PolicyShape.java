// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.PolicySchema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Whether a document has the shape that the JSON Schema gives a policy.
///
/// The schema decides; this class only says it in words and at the right place. Where several keywords refuse one
/// value, the most telling one speaks.
final class PolicyShape {
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12,
                    builder -> builder.schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .formatAssertionsEnabled(true)
                            .build()))
            .getSchema(PolicySchema.text(), InputFormat.JSON);

    /// Written by the API server into what `kubectl get -o yaml` prints.
    private static final List<String> SERVER_FIELDS =
            List.of("status", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink");

    /// A longer one is told by its first sentence; the reference page has the rest.
    private static final int LONGEST_MEANING = 160;

    private static final List<String> PATHS = List.of("filePath", "directoryPath");

    private final Node.Mapping document;
    private final List<Diagnostic> problems = new ArrayList<>();
    /// A mapping may hold many faults and each is looked up, so each mapping is indexed once.
    private final Map<Node.Mapping, Map<String, Node.Entry>> indexes = new IdentityHashMap<>();

    private PolicyShape(Node.Mapping document) {
        this.document = document;
    }

    static List<Diagnostic> check(Node.Mapping document) {
        var shape = new PolicyShape(document);
        var byPlace = SCHEMA.validate(json(document)).stream()
                .collect(Collectors.groupingBy(Error::getInstanceLocation, LinkedHashMap::new, Collectors.toList()));
        byPlace.forEach(shape::explain);
        shape.problems.addAll(EndpointChecks.check(document));
        return shape.problems;
    }

    /// What is wrong with one value.
    private void explain(NodePath location, List<Error> errors) {
        var place = place(location);
        var choices = new LinkedHashSet<String>();
        for (var error : errors) {
            if (inside(error, "anyOf")) {
                choices.add(error.getProperty());
                continue;
            }
            switch (error.getKeyword()) {
                case "additionalProperties" -> unknownField(place, error);
                case "required" -> missingField(place, List.of(error.getProperty()));
                default -> {} // about the value itself, below
            }
        }
        if (!choices.isEmpty()) {
            missingField(place, List.copyOf(choices));
        }
        value(place, errors);
    }

    private void unknownField(Place place, Error error) {
        var field = error.getProperty();
        var span = entry((Node.Mapping) place.node(), field)
                .map(Node.Entry::keySpan)
                .orElse(place.name());
        var schema = owner(error);
        var path = place.field(field);
        if (names(schema.path("x-gatehouse-planned")).contains(field)) {
            problems.add(Code.NOT_KEPT_YET.at(span, "'" + path + "' is not kept by this version yet"));
        } else if (path.equals("spec.match.namespaces")) {
            var kind = Shaped.text(document, "kind").orElse(PolicySchema.NAMESPACED_KIND);
            problems.add(Code.WRONG_SCOPE.at(
                    span,
                    "a " + kind + " cannot choose namespaces",
                    kind.equals(PolicySchema.EXEMPTION_KIND)
                            ? "an exemption that lies in a namespace is about that namespace and no other"
                            : Code.WRONG_SCOPE.why(),
                    "remove it, or make this a Cluster" + kind));
        } else if (path.equals("metadata.namespace")) {
            problems.add(inNoNamespace(span));
        } else {
            var known = List.copyOf(schema.path("properties").propertyNames());
            var owner = place.path().isEmpty() ? "a policy" : "'" + place.path() + "'";
            problems.add(Code.UNKNOWN_FIELD.at(
                    span,
                    "unknown field " + Kinds.quoted(field),
                    owner + " has only the fields " + String.join(", ", known),
                    fix(field, known)));
        }
    }

    private Diagnostic inNoNamespace(Span span) {
        return switch (Shaped.text(document, "kind").orElse("")) {
            case PolicySchema.RESPONSE_KIND ->
                Code.WRONG_SCOPE.at(
                        span,
                        "a RuleResponse lies in no namespace",
                        "rules are the same in every namespace",
                        "remove it; 'spec.exempt' leaves namespaces out");
            case PolicySchema.BRAKE_KIND ->
                Code.WRONG_SCOPE.at(
                        span,
                        "an EmergencyBrake lies in no namespace",
                        "it is pulled for all of them",
                        "remove it; 'spec.exempt' of a policy leaves one namespace out");
            case PolicySchema.CLUSTER_EXEMPTION_KIND ->
                Code.WRONG_SCOPE.at(
                        span,
                        "a ClusterPolicyExemption lies in no namespace",
                        "it says itself which namespaces it is about",
                        "remove it and use 'spec.match.namespaces', or make this a PolicyExemption");
            default ->
                Code.WRONG_SCOPE.at(
                        span,
                        "a ClusterWorkloadPolicy lies in no namespace",
                        "remove it and use 'spec.match.namespaces', or make this a WorkloadPolicy");
        };
    }

    private static String fix(String field, List<String> known) {
        if (SERVER_FIELDS.contains(field)) {
            return "remove it; the API server writes it";
        }
        var meant = Spelling.nearest(field, known);
        return meant == null ? "use one of these fields, or remove it" : "did you mean '" + meant + "'?";
    }

    private void missingField(Place place, List<String> fields) {
        var owner = place.path().isEmpty() ? "the policy" : "'" + place.path() + "'";
        var either = fields.stream().map(f -> "'" + f + "'").collect(Collectors.joining(" or "));
        problems.add(Code.MISSING_FIELD.at(
                place.name(),
                owner + " lacks " + either,
                fields.size() > 1 ? "a section must ask something" : whyMissing(place.path(), fields.getFirst()),
                switch (fields.size()) {
                    case 1 -> "add " + either;
                    case 2 -> "add " + either + ", or both";
                    default -> "add one of them, or several";
                }));
    }

    private String whyMissing(String path, String field) {
        var kind = Shaped.text(document, "kind").orElse("");
        boolean exempts = kind.equals(PolicySchema.EXEMPTION_KIND) || kind.equals(PolicySchema.CLUSTER_EXEMPTION_KIND);
        if (exempts && path.equals("spec")) {
            return switch (field) {
                case "owner" -> "an exemption that nobody answers for is never looked at again";
                case "expires" -> "an exemption without an end outlives its reason";
                default -> "an exemption says what it is about and why";
            };
        }
        return Code.MISSING_FIELD.why();
    }

    /// One diagnostic for a value, however many keywords refuse it.
    private void value(Place place, List<Error> errors) {
        var refusals = errors.stream()
                .filter(e -> !inside(e, "anyOf"))
                .filter(e -> !List.of("additionalProperties", "required").contains(e.getKeyword()))
                .collect(Collectors.toMap(Error::getKeyword, e -> e, (first, _) -> first, LinkedHashMap::new));
        if (refusals.isEmpty()) {
            return;
        }
        if (refusals.containsKey("type")) {
            wrongType(place, refusals.get("type"));
        } else if (refusals.containsKey("minItems") || refusals.containsKey("minProperties")) {
            problems.add(Code.ASKS_NOTHING.at(place.name(), "'" + place.path() + "' is empty"));
        } else if (refusals.containsKey("enum")) {
            notAChoice(place, refusals.get("enum"));
        } else if (inside(errors.getFirst(), "endpoint") && EndpointChecks.refuses(place.node())) {
            return; // said there, and better
        } else if (PATHS.stream().anyMatch(path -> inside(errors.getFirst(), path))) {
            badPath(place, owner(errors.getFirst()));
        } else {
            malformed(place, owner(errors.getFirst()));
        }
    }

    private void wrongType(Place place, Error error) {
        var schema = owner(error);
        var type = schema.path("type").asString();
        var wanted = Kinds.ofType(type);
        var node = place.node();
        boolean quotable = type.equals("string") && (node instanceof Node.Bool || node instanceof Node.Number);
        problems.add(Code.WRONG_TYPE.at(
                node instanceof Node.Null ? place.name() : node.span(),
                "'" + place.path() + "' is " + Kinds.of(node) + ", wants " + wanted,
                quotable
                        ? "YAML reads this as " + Kinds.of(node) + " unless it is quoted"
                        : meaning(schema, Code.WRONG_TYPE),
                quotable ? "put it in quotes, if text was meant" : "write " + wanted));
    }

    private void notAChoice(Place place, Error error) {
        var schema = owner(error);
        var choices = names(schema.path("enum"));
        var meant = place.node() instanceof Node.Text text ? Spelling.nearest(text.value(), choices) : null;
        problems.add(Code.NOT_A_CHOICE.at(
                place.node().span(),
                "'" + place.path() + "' cannot be " + Kinds.quoted(place.node()),
                "it takes only " + String.join(", ", choices),
                schema.has("x-gatehouse-fix")
                        ? schema.path("x-gatehouse-fix").asString()
                        : meant == null ? "write one of these" : "did you mean '" + meant + "'?"));
    }

    private void badPath(Place place, JsonNode schema) {
        var path = ((Node.Text) place.node()).value();
        var span = place.node().span();
        var quoted = Kinds.quoted(path);
        var fix = schema.path("x-gatehouse-fix").asString();
        if (!path.startsWith("/")) {
            problems.add(Code.PATH_NOT_ABSOLUTE.at(span, "path " + quoted + " is not absolute", fix));
            return;
        }
        var parts = List.of(path.split("/", -1));
        var fault = parts.contains("..") || parts.contains(".")
                ? " has a '.' or '..' part"
                : path.contains("//")
                        ? " has an empty part"
                        : path.contains("*") || path.contains("?")
                                ? " has a glob; a path names one place"
                                : path.endsWith("/")
                                        ? " names a directory, wants a file"
                                        : path.length()
                                                        > schema.path("maxLength")
                                                                .asInt()
                                                ? " is longer than any path"
                                                : " has a control character";
        problems.add(Code.PATH_NOT_PLAIN.at(span, "path " + quoted + fault, fix));
    }

    private void malformed(Place place, JsonNode schema) {
        problems.add(Code.MALFORMED_VALUE.at(
                place.node().span(),
                "'" + place.path() + "' cannot be " + Kinds.quoted(place.node()),
                meaning(schema, Code.MALFORMED_VALUE),
                schema.path("x-gatehouse-fix").asString(Code.MALFORMED_VALUE.fix())));
    }

    /// What the field means, as the better reason; the code's own where the schema does not say.
    private static String meaning(JsonNode schema, Code code) {
        var description = schema.path("description").asString("");
        if (description.isEmpty()) {
            return code.why();
        }
        int firstEnds = description.length() > LONGEST_MEANING ? description.indexOf(". ") : -1;
        return "it means: "
                + (firstEnds < 0 ? description : description.substring(0, firstEnds)).replaceAll("\\.$", "");
    }

    private Place place(NodePath location) {
        var steps = new ArrayList<>();
        for (int i = 0; i < location.getNameCount(); i++) {
            steps.add(location.getElement(i));
        }
        return Place.of(document, steps, this::entry)
                .orElseThrow(
                        () -> new IllegalStateException("the schema speaks of " + location + ", which is not there"));
    }

    private Optional<Node.Entry> entry(Node.Mapping mapping, String key) {
        var index = indexes.computeIfAbsent(
                mapping,
                m -> m.entries().stream().collect(Collectors.toMap(Node.Entry::key, e -> e, (first, _) -> first)));
        return Optional.ofNullable(index.get(key));
    }

    private static boolean inside(Error error, String name) {
        var path = error.getSchemaLocation().getFragment();
        for (int i = 0; i < path.getNameCount(); i++) {
            if (name.equals(path.getElement(i))) {
                return true;
            }
        }
        return false;
    }

    /// The schema object that a refusing keyword stands in; of `not`, the object around it.
    private static JsonNode owner(Error error) {
        var path = error.getSchemaLocation().getFragment();
        JsonNode schema = SCHEMA.getSchemaNode();
        for (int i = 0; i < path.getNameCount() - 1; i++) {
            var step = path.getElement(i);
            schema = step instanceof Integer index ? schema.path(index) : schema.path(step.toString());
        }
        return schema;
    }

    private static List<String> names(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }

    private static JsonNode json(Node node) {
        var make = JsonNodeFactory.instance;
        return switch (node) {
            case Node.Mapping mapping -> {
                var object = make.objectNode();
                mapping.entries().forEach(e -> object.set(e.key(), json(e.value())));
                yield object;
            }
            case Node.Sequence sequence -> {
                var array = make.arrayNode();
                sequence.items().forEach(item -> array.add(json(item)));
                yield array;
            }
            case Node.Text text -> make.stringNode(text.value());
            case Node.Bool bool -> make.booleanNode(bool.value());
            case Node.Number _ -> make.numberNode(BigDecimal.ZERO); // no field of a policy takes a number
            case Node.Null _ -> make.nullNode();
        };
    }
}
