// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the pod in an object. What has the wrong shape is told, never skipped: a list of containers that cannot be
/// read is not a pod without containers.
public final class PodReader {
    /// Far above what a kubelet can run; keeps the work for one object bounded.
    public static final int MAX_ITEMS = 1000;

    public sealed interface Outcome {
        /// @param pods one of a built-in kind; of another as many as it carries, which may be none
        record Found(List<Pod> pods) implements Outcome {
            public Found {
                pods = List.copyOf(pods);
            }
        }

        record Malformed(List<Diagnostic> diagnostics) implements Outcome {
            public Malformed {
                diagnostics = List.copyOf(diagnostics);
            }
        }
    }

    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final List<Pod> pods = new ArrayList<>();

    private PodReader() {}

    /// @param prefix of every path: `""`, or `items[3].` for an object in a list
    public static Outcome read(Bearer bearer, Node.Mapping object, String prefix) {
        var reader = new PodReader();
        for (var template : bearer.templates()) {
            if (bearer.builtIn()) {
                reader.template(object, template, prefix);
            } else {
                reader.templates(object, template, prefix);
            }
        }
        return reader.diagnostics.isEmpty()
                ? new Outcome.Found(reader.pods)
                : new Outcome.Malformed(reader.diagnostics);
    }

    /// Through fields that must be there.
    private void template(Node.Mapping object, List<String> steps, String prefix) {
        var at = object;
        var path = prefix;
        for (var field : steps) {
            var next = required(at, field, path);
            if (next.isEmpty()) {
                return;
            }
            at = next.get();
            path += field + ".";
        }
        pod(at, path);
    }

    /// Through fields that may be missing: a kind of somebody else's may carry a pod or leave it to another object.
    private void templates(Node.Mapping at, List<String> steps, String path) {
        if (steps.isEmpty()) {
            pod(at, path);
            return;
        }
        var rest = steps.subList(1, steps.size());
        var step = steps.getFirst();
        if (step.equals("*")) {
            for (var entry : at.entries()) {
                if (!(entry.value() instanceof Node.Null)) {
                    mapping(entry.value(), path + entry.key())
                            .ifPresent(one -> templates(one, rest, path + entry.key() + "."));
                }
            }
        } else if (step.endsWith("[]")) {
            var field = step.substring(0, step.length() - 2);
            int index = 0;
            for (var item : items(at, field, path + field)) {
                var here = path + field + "[" + index++ + "]";
                mapping(item, here).ifPresent(one -> templates(one, rest, here + "."));
            }
        } else {
            Fields.value(at, step)
                    .flatMap(value -> mapping(value, path + step))
                    .ifPresent(one -> templates(one, rest, path + step + "."));
        }
    }

    private void pod(Node.Mapping pod, String path) {
        if (pods.size() >= MAX_ITEMS) {
            wrong(pod.span(), path + " is one pod too many", "write at most " + MAX_ITEMS);
            return;
        }
        var labels = labels(pod, path);
        var specPath = path + "spec";
        required(pod, "spec", path)
                .ifPresent(spec -> pods.add(
                        new Pod(specPath, pod, spec, labels, containers(spec, specPath), volumes(spec, specPath))));
    }

    private Optional<Node.Mapping> required(Node.Mapping parent, String field, String path) {
        var value = Fields.value(parent, field);
        if (value.isEmpty()) {
            wrong(parent.span(), path + field + " is missing", "write it");
            return Optional.empty();
        }
        return mapping(value.get(), path + field);
    }

    private Map<String, String> labels(Node.Mapping template, String path) {
        var labels = new HashMap<String, String>();
        Fields.value(template, "metadata")
                .flatMap(metadata -> mapping(metadata, path + "metadata"))
                .flatMap(metadata -> Fields.value(metadata, "labels"))
                .flatMap(written -> mapping(written, path + "metadata.labels"))
                .ifPresent(written -> {
                    for (var entry : written.entries()) {
                        if (entry.value() instanceof Node.Text text) {
                            labels.put(entry.key(), text.value());
                        } else if (!(entry.value() instanceof Node.Null)) {
                            wrong(
                                    entry.value().span(),
                                    path + "metadata.labels." + entry.key() + " is "
                                            + Fields.show(Optional.of(entry.value())) + ", not a text",
                                    "put it in quotes");
                        }
                    }
                });
        return labels;
    }

    private List<Container> containers(Node.Mapping spec, String path) {
        var containers = new ArrayList<Container>();
        for (var kind : Container.Kind.values()) {
            var listPath = path + "." + kind.field();
            int index = 0;
            for (var node : items(spec, kind.field(), listPath)) {
                var itemPath = listPath + "[" + index++ + "]";
                mapping(node, itemPath)
                        .ifPresent(item -> containers.add(new Container(
                                kind, itemPath, item, name(item), nameSpan(item), Fields.text(item, "image"))));
            }
        }
        if (containers.isEmpty() && diagnostics.isEmpty()) {
            wrong(spec.span(), path + ".containers is missing or empty", "write at least one container");
        }
        return containers;
    }

    private List<Pod.Volume> volumes(Node.Mapping spec, String path) {
        var volumes = new ArrayList<Pod.Volume>();
        int index = 0;
        for (var node : items(spec, "volumes", path + ".volumes")) {
            var itemPath = path + ".volumes[" + index++ + "]";
            mapping(node, itemPath)
                    .ifPresent(item -> volumes.add(new Pod.Volume(itemPath, item, name(item), nameSpan(item))));
        }
        return volumes;
    }

    private List<Node> items(Node.Mapping parent, String field, String path) {
        var value = Fields.value(parent, field);
        if (value.isEmpty()) {
            return List.of();
        }
        if (!(value.get() instanceof Node.Sequence(var items, var span))) {
            wrong(value.get().span(), path + " is " + Fields.show(value) + ", not a list", "write a list");
            return List.of();
        }
        if (items.size() > MAX_ITEMS) {
            wrong(span, path + " has " + items.size() + " items", "write at most " + MAX_ITEMS);
            return List.of();
        }
        return items;
    }

    private Optional<Node.Mapping> mapping(Node node, String path) {
        if (node instanceof Node.Mapping mapping) {
            return Optional.of(mapping);
        }
        wrong(node.span(), path + " is " + Fields.show(Optional.of(node)) + ", not a mapping", "write a mapping");
        return Optional.empty();
    }

    private static String name(Node.Mapping item) {
        return Fields.text(item, "name").orElse("");
    }

    private static Span nameSpan(Node.Mapping item) {
        return Fields.value(item, "name").map(Node::span).orElse(item.span());
    }

    private void wrong(Span span, String message, String fix) {
        diagnostics.add(Code.MALFORMED_OBJECT.at(span, message, fix));
    }
}
