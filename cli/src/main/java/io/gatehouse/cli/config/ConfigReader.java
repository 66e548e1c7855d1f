// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.cli.config.AgentSettings.AlertSettings;
import io.gatehouse.cli.config.AgentSettings.AlertSettings.Form;
import io.gatehouse.cli.config.AgentSettings.DropAction;
import io.gatehouse.cli.config.AgentSettings.DropSettings;
import io.gatehouse.cli.config.AgentSettings.Saying;
import io.gatehouse.cli.config.AgentSettings.WebSettings;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Spelling;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.Node.Mapping;
import io.gatehouse.engine.format.AlertStyle.Property;
import io.gatehouse.engine.format.AlertStyle.TimeForm;
import io.gatehouse.engine.format.Buffers;
import io.gatehouse.engine.rule.Priority;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.engine.rule.Selection;
import io.gatehouse.engine.rule.Selection.Change;
import io.gatehouse.engine.rule.Selection.Target;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/// What the keys of a configuration mean. Takes every default from Falco but where [ConfigKeys] says otherwise.
final class ConfigReader {
    private static final long MEGABYTE = 1 << 20;
    private static final int DEFAULT_PRESET = 4;

    private final ConfigTree tree;
    private final List<Diagnostic> diagnostics;
    private final Predicate<Path> exists;

    private ConfigReader(Mapping root, List<Diagnostic> diagnostics, Predicate<Path> exists) {
        this.tree = new ConfigTree(root, diagnostics);
        this.diagnostics = diagnostics;
        this.exists = exists;
    }

    /// @param diagnostics takes what is wrong; where it holds an error, what is returned means nothing
    /// @param exists whether a file or folder is there
    static AgentSettings read(Mapping root, List<Diagnostic> diagnostics, Predicate<Path> exists) {
        return new ConfigReader(root, diagnostics, exists).settings();
    }

    private AgentSettings settings() {
        tree.checkGroups();
        return new AgentSettings(
                rulesFiles(),
                rules(),
                alerts(),
                drops(),
                ringBytes(),
                tree.isOn("watch_config_files", true),
                web(),
                saying());
    }

    private List<Path> rulesFiles() {
        var old = tree.node("rules_file");
        if (old.isPresent() && tree.node("rules_files").isPresent()) {
            diagnostics.add(Code.CONFIG_CONTRADICTION.at(
                    old.get().span(),
                    "both 'rules_files' and 'rules_file' are given",
                    "move all names to rules_files"));
        } else if (old.isPresent()) {
            diagnostics.add(Code.CONFIG_OUTDATED_KEY.at(
                    old.get().span(), "'rules_file' is the old name of 'rules_files'", "write 'rules_files'"));
        }
        var named = new ArrayList<>(tree.texts("rules_files"));
        named.addAll(tree.texts("rules_file"));
        var files = new ArrayList<Path>();
        for (var name : named) {
            var path = Path.of(name.value());
            if (exists.test(path)) {
                files.add(path);
            } else {
                diagnostics.add(Code.CONFIG_MISSING_FILE.at(name.span(), "there is no rules file or folder " + path));
            }
        }
        return files;
    }

    private RulesOptions rules() {
        var least = choice("priority", Priority.DEBUG, Priority::named, words(Priority.values()));
        var matching = choice("rule_matching", RuleMatching.FIRST, ConfigReader::matching, List.of("first", "all"));
        return RulesOptions.DEFAULT.withLeast(least).withMatching(matching).withSelections(selections());
    }

    private static Optional<RuleMatching> matching(String word) {
        return switch (word) {
            case "first" -> Optional.of(RuleMatching.FIRST);
            case "all" -> Optional.of(RuleMatching.ALL);
            default -> Optional.empty();
        };
    }

    private static List<String> words(Priority[] priorities) {
        return List.of(priorities).stream()
                .map(priority -> priority.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private <T> T choice(String path, T otherwise, Function<String, Optional<T>> named, List<String> words) {
        var text = tree.text(path);
        if (text.isEmpty()) {
            return otherwise;
        }
        var word = text.get().value();
        var chosen = named.apply(word);
        if (chosen.isEmpty()) {
            var nearest = Spelling.nearest(word, words);
            tree.wrongValue(
                    text.get().span(),
                    "'" + path + "' is '" + word + "', not " + either(words),
                    nearest == null ? "write one of them" : "did you mean '" + nearest + "'?");
        }
        return chosen.orElse(otherwise);
    }

    private static String either(List<String> words) {
        return String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }

    /// `- enable: {rule: NAME}`, `- disable: {tag: TAG}`.
    private List<Selection> selections() {
        var selections = new ArrayList<Selection>();
        for (var item : tree.items("rules")) {
            if (!(item instanceof Mapping(var entries, var span))) {
                tree.wrongType("rules", "'enable' or 'disable' with a rule or a tag", item);
                continue;
            }
            if (entries.isEmpty()) {
                tree.wrongValue(span, "a selection of rules says neither 'enable' nor 'disable'");
            }
            for (var entry : entries) {
                if (!entry.key().equals("enable") && !entry.key().equals("disable")) {
                    tree.wrongValue(
                            entry.keySpan(), "a selection of rules says '" + entry.key() + "', not enable or disable");
                } else {
                    var change = entry.key().equals("enable") ? Change.ENABLE : Change.DISABLE;
                    select(entry, change, selections);
                }
            }
        }
        return selections;
    }

    private void select(Node.Entry entry, Change change, List<Selection> selections) {
        if (!(entry.value() instanceof Mapping(var targets, var _)) || targets.isEmpty()) {
            tree.wrongType("rules." + entry.key(), "'rule: NAME' or 'tag: TAG'", entry.value());
            return;
        }
        for (var target : targets) {
            var word = tree.text("rules." + entry.key() + "." + target.key(), target.value())
                    .map(Node.Text::value);
            switch (target.key()) {
                case "rule" -> word.ifPresent(name -> selections.add(new Selection(change, new Target.Name(name))));
                case "tag" -> word.ifPresent(tag -> selections.add(new Selection(change, new Target.Tag(tag))));
                default ->
                    tree.wrongValue(
                            target.keySpan(), "rules are selected by 'rule' or 'tag', not '" + target.key() + "'");
            }
        }
    }

    private AlertSettings alerts() {
        var file = file();
        return new AlertSettings(
                tree.isOn("json_output", false) ? Form.JSON : Form.TEXT,
                tree.isOn("time_format_iso_8601", false) ? TimeForm.ISO_8601 : TimeForm.CLOCK,
                tree.isOn("buffer_format_base64", false) ? Buffers.BASE64 : Buffers.DOTS,
                properties(),
                tree.isOn("stdout_output.enabled", file.isEmpty()),
                file,
                new AdditionsReader(tree, diagnostics).read());
    }

    private Set<Property> properties() {
        var properties = EnumSet.noneOf(Property.class);
        Map.of(
                        Property.OUTPUT, tree.isOn("json_include_output_property", true),
                        Property.MESSAGE, tree.isOn("json_include_message_property", false),
                        Property.OUTPUT_FIELDS, tree.isOn("json_include_output_fields_property", true),
                        Property.TAGS, tree.isOn("json_include_tags_property", true))
                .forEach((property, on) -> {
                    if (on) {
                        properties.add(property);
                    }
                });
        return properties;
    }

    private Optional<Path> file() {
        var enabled = tree.isOn("file_output.enabled", false);
        tree.isOn("file_output.keep_alive", false);
        var name = tree.text("file_output.filename");
        if (enabled && name.isEmpty()) {
            diagnostics.add(Code.CONFIG_CONTRADICTION.at(
                    tree.node("file_output.enabled").orElseThrow().span(),
                    "'file_output' is enabled and names no file",
                    "add 'filename'"));
        }
        return enabled ? name.map(text -> Path.of(text.value())) : Optional.empty();
    }

    private DropSettings drops() {
        var actions = EnumSet.noneOf(DropAction.class);
        Optional<Node.Text> ignored = Optional.empty();
        for (var action : tree.texts("syscall_event_drops.actions")) {
            switch (action.value()) {
                case "ignore" -> ignored = Optional.of(action);
                case "log" -> actions.add(DropAction.LOG);
                case "alert" -> actions.add(DropAction.ALERT);
                case "exit" -> actions.add(DropAction.EXIT);
                default ->
                    tree.wrongValue(
                            action.span(),
                            "what is done about drops is '" + action.value() + "', not ignore, log, alert or exit");
            }
        }
        if (ignored.isPresent() && (actions.contains(DropAction.LOG) || actions.contains(DropAction.ALERT))) {
            diagnostics.add(Code.CONFIG_CONTRADICTION.at(
                    ignored.get().span(), "drops are to be ignored and to be told", "remove 'ignore'"));
        }
        return new DropSettings(
                tree.number("syscall_event_drops.threshold", 1, 0.1),
                actions,
                tree.number("syscall_event_drops.rate", Double.MAX_VALUE, 0.03333),
                tree.number("syscall_event_drops.max_burst", Double.MAX_VALUE, 1));
    }

    /// Presets are powers of two: 1 is 1 MB, 4 is 8 MB, 10 is 512 MB.
    private long ringBytes() {
        var kinds = List.of("modern_ebpf", "kmod");
        var kind = choice(
                "engine.kind",
                "modern_ebpf",
                word -> kinds.contains(word) ? Optional.of(word) : Optional.empty(),
                List.of("kmod", "modern_ebpf"));
        long preset = tree.integer("engine." + kind + ".buf_size_preset", 1, 10, DEFAULT_PRESET);
        return MEGABYTE << (preset - 1);
    }

    /// What asks for TLS is not served in the clear.
    private Optional<WebSettings> web() {
        var address = tree.text("webserver.listen_address", WebSettings.LOOPBACK);
        try {
            InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException _) {
            tree.wrongValue(
                    tree.node("webserver.listen_address").orElseThrow().span(),
                    "'webserver.listen_address' is '" + address + "', not an IP address");
        }
        var settings = new WebSettings(
                address,
                (int) tree.integer("webserver.listen_port", 0, 65_535, WebSettings.PORT),
                tree.isOn("webserver.prometheus_metrics_enabled", false) && tree.isOn("metrics.enabled", false),
                healthPath());
        boolean wanted = tree.isOn("webserver.enabled", false);
        return wanted && !tree.isOn("webserver.ssl_enabled", false) ? Optional.of(settings) : Optional.empty();
    }

    private String healthPath() {
        var path = tree.text("webserver.k8s_healthz_endpoint", "/healthz");
        if (!path.startsWith("/")) {
            tree.wrongValue(
                    tree.node("webserver.k8s_healthz_endpoint").orElseThrow().span(),
                    "'webserver.k8s_healthz_endpoint' does not begin with '/'");
        }
        return path;
    }

    private Saying saying() {
        var level = choice("log_level", Priority.INFORMATIONAL, Priority::named, words(Priority.values()));
        if (!tree.isOn("log_stderr", true)) {
            return Saying.NOTHING;
        }
        return level.compareTo(Priority.ERROR) <= 0
                ? Saying.ERRORS
                : level == Priority.WARNING ? Saying.WARNINGS : Saying.EVERYTHING;
    }
}
