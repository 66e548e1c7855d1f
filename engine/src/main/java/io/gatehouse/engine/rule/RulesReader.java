// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Lines;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.document.YamlReader.Dialect;

/// Reads one rules file into the definitions.
final class RulesReader {
    private final Definitions definitions;
    private final Findings findings;
    private final Lines lines;

    private RulesReader(SourceText file, Definitions definitions, Findings findings) {
        this.definitions = definitions;
        this.findings = findings;
        this.lines = new Lines(file);
    }

    static void read(SourceText file, Definitions definitions, Findings findings) {
        definitions.startFile();
        var reading = YamlReader.read(file, Dialect.RULES);
        boolean readable = true;
        for (var diagnostic : reading.diagnostics()) {
            findings.report(diagnostic, Where.CONTENT.in("value for"));
            readable &= diagnostic.code().equals(Code.KEY_TWICE.id());
        }
        if (!readable) {
            definitions.missAFile();
            return;
        }
        var reader = new RulesReader(file, definitions, findings);
        for (var document : reading.documents()) {
            reader.document(document);
        }
    }

    private void document(Node document) {
        switch (document) {
            case Node.Null _ -> {}
            case Node.Sequence(var items, var _) -> items.forEach(this::item);
            default -> {
                findings.report(Code.RULES_NOT_A_LIST, document.span(), "the document is not a list", Where.CONTENT);
                definitions.missAFile();
            }
        }
    }

    private void item(Node item) {
        switch (item) {
            case Node.Null _ -> {}
            case Node.Mapping mapping -> entry(new Entry(mapping, Where.CONTENT, lines, findings));
            default -> {
                findings.report(
                        Code.RULES_ENTRY_NOT_A_MAPPING,
                        item.span(),
                        "an entry must be a mapping",
                        Where.CONTENT.in("rules content item"));
                definitions.missAFile();
            }
        }
    }

    private void entry(Entry entry) {
        if (entry.has("required_engine_version")) {
            Requirements.engine(entry);
        } else if (entry.has("required_plugin_versions")) {
            Requirements.plugins(entry);
        } else if (entry.has("list")) {
            DefinitionReader.list(entry, definitions);
        } else if (entry.has("macro")) {
            DefinitionReader.macro(entry, definitions);
        } else if (entry.has("rule")) {
            new RuleReader(entry, definitions).read();
        } else {
            var key = entry.entries().isEmpty()
                    ? "nothing"
                    : "'" + Entry.shown(entry.entries().getFirst().key()) + "'";
            findings.report(
                    Code.UNKNOWN_ENTRY,
                    entry.span(),
                    "this is no rule, macro, list or requirement; it begins with " + key,
                    Where.CONTENT.in("rules content item"));
        }
    }
}
