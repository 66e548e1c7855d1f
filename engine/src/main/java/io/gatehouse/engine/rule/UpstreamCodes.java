// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import static java.util.Map.entry;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Falco's code for each of ours: the one table. Several of ours may share one of theirs.
public final class UpstreamCodes {
    private static final String YAML_PARSE = "LOAD_ERR_YAML_PARSE";
    private static final String YAML_VALIDATE = "LOAD_ERR_YAML_VALIDATE";
    private static final String VALIDATE = "LOAD_ERR_VALIDATE";
    private static final String COMPILE_CONDITION = "LOAD_ERR_COMPILE_CONDITION";
    private static final String COMPILE_OUTPUT = "LOAD_ERR_COMPILE_OUTPUT";
    private static final String DEPRECATED_ITEM = "LOAD_DEPRECATED_ITEM";
    private static final String CONDITION_WARNING = "LOAD_COMPILE_CONDITION";
    /// Not a load code there: Falco ends with a message of its own.
    private static final String NONE = "";

    private static final Map<String, String> TABLE = Map.ofEntries(
                    entry(Code.NOT_YAML, YAML_PARSE),
                    entry(Code.UNREADABLE_CHARACTER, YAML_PARSE),
                    entry(Code.UNKNOWN_ALIAS, YAML_PARSE),
                    entry(Code.MERGE_OF_NO_MAPPING, YAML_PARSE),
                    entry(Code.UNUSABLE_KEY, YAML_PARSE),
                    entry(Code.TEXT_TOO_LARGE, YAML_PARSE),
                    entry(Code.TOO_DEEP, YAML_PARSE),
                    entry(Code.TOO_MANY_VALUES, YAML_PARSE),
                    entry(Code.RULES_NOT_A_LIST, YAML_VALIDATE),
                    entry(Code.RULES_ENTRY_NOT_A_MAPPING, YAML_VALIDATE),
                    entry(Code.RULES_KEY_MISSING, YAML_VALIDATE),
                    entry(Code.RULES_WRONG_TYPE, YAML_VALIDATE),
                    entry(Code.RULES_NOT_A_CHOICE, YAML_VALIDATE),
                    entry(Code.OVERRIDE_NOT_POSSIBLE, YAML_VALIDATE),
                    entry(Code.OVERRIDE_WITHOUT_VALUE, YAML_VALIDATE),
                    entry(Code.VALUE_WITHOUT_OVERRIDE, YAML_VALIDATE),
                    entry(Code.OVERRIDE_AND_APPEND, YAML_VALIDATE),
                    entry(Code.NOTHING_TO_CHANGE, VALIDATE),
                    entry(Code.CHANGE_OF_NOTHING, VALIDATE),
                    entry(Code.RULE_OF_OTHER_SOURCE, VALIDATE),
                    entry(Code.ENGINE_TOO_OLD, VALIDATE),
                    entry(Code.MALFORMED_ENGINE_VERSION, YAML_VALIDATE),
                    entry(Code.MALFORMED_PLUGIN_VERSION, VALIDATE),
                    entry(Code.PLUGIN_NOT_THERE, NONE),
                    entry(Code.EXCEPTION_INCOMPLETE, VALIDATE),
                    entry(Code.EXCEPTION_UNEVEN, VALIDATE),
                    entry(Code.EXCEPTION_COMPARISON, VALIDATE),
                    entry(Code.EXCEPTION_FIELD, VALIDATE),
                    entry(Code.EXCEPTION_FIXED, VALIDATE),
                    entry(Code.UNKNOWN_MACRO, VALIDATE),
                    entry(Code.RECURSIVE_MACRO, VALIDATE),
                    entry(Code.EXPANSION_TOO_LARGE, NONE),
                    entry(Code.DEPRECATED_FIELD, DEPRECATED_ITEM),
                    entry(Code.NEVER_TRUE, NONE),
                    entry(Code.SKIPPED_SOURCE, "LOAD_UNKNOWN_SOURCE"),
                    entry(Code.MISSING_AS_TEXT, "LOAD_UNSAFE_NA_CHECK"),
                    entry(Code.EVERY_EVENT, "LOAD_NO_EVTTYPE"),
                    entry(Code.SKIPPED_UNKNOWN_FIELD, "LOAD_UNKNOWN_FILTER"),
                    entry(Code.UNUSED_MACRO, "LOAD_UNUSED_MACRO"),
                    entry(Code.UNUSED_LIST, "LOAD_UNUSED_LIST"),
                    entry(Code.UNKNOWN_ENTRY, "LOAD_UNKNOWN_ITEM"),
                    entry(Code.DEPRECATED, DEPRECATED_ITEM),
                    entry(Code.EXCEPTION_WITHOUT_VALUES, "LOAD_APPEND_NO_VALUES"),
                    entry(Code.EXCEPTION_TWICE, "LOAD_EXCEPTION_NAME_NOT_UNIQUE"),
                    entry(Code.MACRO_NAME, "LOAD_INVALID_MACRO_NAME"),
                    entry(Code.LIST_NAME, "LOAD_INVALID_LIST_NAME"),
                    entry(Code.UNKNOWN_KEY, "LOAD_UNKNOWN_KEY"),
                    entry(Code.KEY_TWICE, NONE),
                    entry(Code.ITEM_SPLIT, NONE),
                    entry(Code.LATER_FILE, NONE),
                    entry(Code.EXCEPTION_KEY, NONE))
            .entrySet()
            .stream()
            .collect(Collectors.toUnmodifiableMap(row -> row.getKey().id(), Map.Entry::getValue));

    private UpstreamCodes() {}

    /// Absent where Falco has no code for it.
    ///
    /// @param where an output names fields as a condition does, and there has a code of its own
    static Optional<String> of(Diagnostic diagnostic, Where where) {
        var listed = TABLE.get(diagnostic.code());
        return Optional.of(listed != null ? listed : ofText(diagnostic, where)).filter(code -> !code.isEmpty());
    }

    /// What is wrong inside a condition or an output has one code there.
    private static String ofText(Diagnostic diagnostic, Where where) {
        boolean error = diagnostic.severity() == Severity.ERROR;
        int number = Integer.parseInt(diagnostic.code().substring("GH-".length()));
        if (number >= 1201 && number < 1240) {
            return error ? where.isOutput() ? COMPILE_OUTPUT : COMPILE_CONDITION : CONDITION_WARNING;
        }
        if (number >= 1290 && number < 1300) {
            return error ? COMPILE_OUTPUT : DEPRECATED_ITEM;
        }
        return NONE;
    }
}
