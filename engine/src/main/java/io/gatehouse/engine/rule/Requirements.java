// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a rules file asks of the engine and of plugins.
final class Requirements {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private Requirements() {}

    static void engine(Entry entry) {
        var key = "required_engine_version";
        entry.named(Where.CONTENT.in(key));
        entry.required(key).ifPresent(text -> {
            var asked = NUMBER.matcher(text.value()).matches()
                    ? Version.of("0." + text.value() + ".0")
                    : Version.of(text.value());
            if (asked.isEmpty()) {
                entry.wrong(
                        Code.MALFORMED_ENGINE_VERSION,
                        text.span(),
                        "'" + Entry.shown(text.value()) + "' is no version of an engine",
                        entry.where());
            } else if (!Presented.ENGINE.satisfies(asked.get())) {
                entry.wrong(
                        Code.ENGINE_TOO_OLD,
                        text.span(),
                        "the rules need engine " + asked.get() + ", this is " + Presented.ENGINE,
                        entry.where());
            }
        });
        entry.warnOfUnknownKeys(Set.of(key));
    }

    static void plugins(Entry entry) {
        var key = "required_plugin_versions";
        entry.named(Where.CONTENT.in("required plugin versions"));
        var kind = "required plugin versions entry";
        for (var plugin : entry.mappings(entry.value(key).orElseThrow(), "'" + key + "'", kind, entry.where())) {
            plugin(plugin, entry.where(), kind);
        }
        entry.warnOfUnknownKeys(Set.of(key));
    }

    private static void plugin(Entry entry, Where list, String kind) {
        var asked = new ArrayList<Asked>();
        asked(entry, list, kind, asked);
        var inside = entry.where();
        entry.value("alternatives").ifPresent(alternatives -> {
            var alternative = "required plugin versions alternative";
            for (var other : entry.mappings(alternatives, "'alternatives'", alternative, inside)) {
                asked(other, inside, alternative, asked);
                if (other.broken()) {
                    entry.breaks();
                }
            }
        });
        checkOnce(entry, asked);
        if (!entry.broken()) {
            check(entry, asked);
        }
    }

    private static void asked(Entry entry, Where list, String kind, List<Asked> asked) {
        var name = entry.required("name");
        name.ifPresent(known -> entry.named(list.in(kind, known.value())));
        var version = entry.required("version");
        if (name.isEmpty() || version.isEmpty()) {
            return;
        }
        var parsed = Version.of(version.get().value());
        if (parsed.isEmpty()) {
            entry.wrong(
                    Code.MALFORMED_PLUGIN_VERSION,
                    version.get().span(),
                    "'" + Entry.shown(version.get().value()) + "' is no version",
                    entry.where());
        } else {
            asked.add(new Asked(name.get(), parsed.get()));
        }
    }

    private static void checkOnce(Entry entry, List<Asked> asked) {
        var names = new HashSet<String>();
        for (var plugin : asked) {
            if (!names.add(plugin.name())) {
                entry.wrong(
                        Code.MALFORMED_PLUGIN_VERSION,
                        plugin.written().span(),
                        "plugin '" + Entry.shown(plugin.name()) + "' stands twice among the alternatives",
                        entry.where());
            }
        }
    }

    /// The first one that is there decides.
    private static void check(Entry entry, List<Asked> asked) {
        for (var plugin : asked) {
            var there = Presented.plugin(plugin.name());
            if (there.isPresent()) {
                if (!there.get().satisfies(plugin.version())) {
                    entry.wrong(
                            Code.PLUGIN_NOT_THERE,
                            plugin.written().span(),
                            "the rules need plugin '" + plugin.name() + "' " + plugin.version() + ", built in is "
                                    + there.get(),
                            entry.where());
                }
                return;
            }
        }
        var names = asked.stream()
                .map(plugin -> Entry.shown(plugin.name()) + " " + plugin.version())
                .collect(Collectors.joining(" or "));
        entry.wrong(
                Code.PLUGIN_NOT_THERE,
                asked.getFirst().written().span(),
                "the rules need plugin " + names + ", which is not built in",
                entry.where());
    }

    private record Asked(Node.Text written, Version version) {
        String name() {
            return written.value();
        }
    }
}
