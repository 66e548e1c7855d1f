// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Node.Mapping;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.document.YamlReader.Dialect;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads a configuration: its file, the files that one includes, and what the command line sets. Used once.
public final class ConfigFiles {
    private static final String INCLUDED = "config_files";

    /// @param settings absent where something is wrong
    /// @param notKept `key: why`, for all that is asked for and not kept
    /// @param files that were read, the main one first
    public record Loaded(
            Optional<AgentSettings> settings, List<Diagnostic> diagnostics, List<String> notKept, List<Path> files) {
        public Loaded {
            diagnostics = List.copyOf(diagnostics);
            notKept = List.copyOf(notKept);
            files = List.copyOf(files);
        }
    }

    private final Variables variables;
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();

    private ConfigFiles(Function<String, Optional<String>> environment) {
        this.variables = new Variables(environment, diagnostics);
    }

    /// @param file absent: everything as it stands where no configuration says otherwise
    /// @param overrides `key=value`, in order
    public static Loaded load(
            Optional<Path> file, List<String> overrides, Function<String, Optional<String>> environment) {
        return new ConfigFiles(environment).all(file, overrides);
    }

    private Loaded all(Optional<Path> file, List<String> overrides) {
        var root = file.map(this::read).orElse(nothing("no configuration"));
        for (var override : overrides) { // so that files named by an option are included too
            if (override.startsWith(INCLUDED)) {
                root = Override.apply(override, root, diagnostics);
            }
        }
        root = include(root, file);
        for (var override : overrides) {
            if (!override.startsWith(INCLUDED)) {
                root = Override.apply(override, root, diagnostics);
            }
        }
        var notKept = KeyCheck.notKept(root, diagnostics);
        var settings = ConfigReader.read(root, diagnostics, Files::exists);
        boolean wrong = diagnostics.stream().anyMatch(each -> each.severity() == Severity.ERROR);
        return new Loaded(wrong ? Optional.empty() : Optional.of(settings), inSourceOrder(), notKept, files);
    }

    private List<Diagnostic> inSourceOrder() {
        var order = new IdentityHashMap<SourceText, Integer>();
        diagnostics.forEach(each -> order.putIfAbsent(each.span().source(), order.size()));
        return diagnostics.stream()
                .sorted(Comparator.comparingInt(
                                (Diagnostic each) -> order.get(each.span().source()))
                        .thenComparingInt(each -> each.span().line())
                        .thenComparingInt(each -> each.span().column()))
                .toList();
    }

    private static Mapping nothing(String name) {
        return new Mapping(List.of(), new Span(new SourceText(name, ""), 1, 1, 1));
    }

    private Mapping read(Path file) {
        files.add(file);
        try {
            var source = new SourceText(file.toString(), Files.readString(file));
            var reading = YamlReader.read(source, Dialect.RULES);
            diagnostics.addAll(reading.diagnostics());
            if (reading.documents().isEmpty()) {
                return nothing(file.toString());
            }
            if (reading.documents().size() == 1 && reading.documents().getFirst() instanceof Mapping mapping) {
                return (Mapping) variables.put(mapping);
            }
            diagnostics.add(Code.CONFIG_NOT_A_MAPPING.at(
                    reading.documents().getLast().span(), "the configuration is not one mapping"));
        } catch (NoSuchFileException _) {
            unreadable(file, "there is no such file");
        } catch (MalformedInputException _) {
            unreadable(file, "it is not UTF-8");
        } catch (IOException e) {
            unreadable(file, e.toString());
        }
        return nothing(file.toString());
    }

    private void unreadable(Path file, String reason) {
        diagnostics.add(Code.CONFIG_FILE_UNREADABLE.at(
                nothing(file.toString()).span(), "the configuration cannot be read: " + reason));
    }

    private Mapping include(Mapping main, Optional<Path> mainFile) {
        var merged = main;
        for (var item : new ConfigTree(main, diagnostics).items(INCLUDED)) {
            var included = included(item);
            if (included.isPresent()) {
                for (var file : files(included.get(), mainFile)) {
                    merged = included.get().merging().into(merged, withoutFurther(read(file)));
                }
            }
        }
        return merged;
    }

    private record Included(Path path, Merging merging, Span span) {}

    /// A path, or `{path: …, strategy: append|override|add-only}`.
    private Optional<Included> included(Node item) {
        var tree = new ConfigTree(nothing(INCLUDED), diagnostics);
        if (item instanceof Node.Text(var path, var span)) {
            return Optional.of(new Included(Path.of(path), Merging.APPEND, span));
        }
        if (!(item instanceof Mapping mapping) || mapping.get("path").isEmpty()) {
            tree.wrongType(INCLUDED, "a path, or 'path' and 'strategy'", item);
            return Optional.empty();
        }
        var path = mapping.get("path").flatMap(node -> tree.text(INCLUDED + ".path", node));
        var strategy = mapping.get("strategy")
                .flatMap(node -> tree.text(INCLUDED + ".strategy", node))
                .orElse(new Node.Text("append", mapping.span()));
        var merging = switch (strategy.value()) {
            case "append" -> Merging.APPEND;
            case "override" -> Merging.OVERRIDE;
            case "add-only" -> Merging.ADD_ONLY;
            default -> {
                tree.wrongValue(
                        strategy.span(),
                        "files are included by '" + strategy.value() + "', not append, override or add-only");
                yield Merging.APPEND;
            }
        };
        return path.map(text -> new Included(Path.of(text.value()), merging, text.span()));
    }

    /// A file, or the files of a folder by name.
    private List<Path> files(Included included, Optional<Path> mainFile) {
        var path = included.path();
        if (mainFile.isPresent() && path.equals(mainFile.get())) {
            diagnostics.add(Code.CONFIG_NESTED_FILES.at(included.span(), "the configuration includes itself"));
            return List.of();
        }
        if (!Files.exists(path)) {
            diagnostics.add(Code.CONFIG_MISSING_FILE.at(included.span(), "there is no file or folder " + path));
            return List.of();
        }
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (var inside = Files.list(path)) {
            return inside.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            diagnostics.add(Code.CONFIG_FILE_UNREADABLE.at(included.span(), "the folder cannot be read: " + e));
            return List.of();
        }
    }

    private Mapping withoutFurther(Mapping included) {
        var kept = new ArrayList<Node.Entry>();
        for (var entry : included.entries()) {
            if (entry.key().equals(INCLUDED)) {
                diagnostics.add(Code.CONFIG_NESTED_FILES.at(entry.keySpan(), "an included file includes others"));
            } else {
                kept.add(entry);
            }
        }
        return new Mapping(kept, included.span());
    }
}
