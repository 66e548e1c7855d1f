// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Expression;
import io.gatehouse.engine.format.OutputFormat;
import java.util.List;

/// What is to be told of a rule beside what matching needs.
///
/// @param written its condition as the files have it, without exceptions
/// @param expression its condition with exceptions, macros and lists put in
/// @param format its output, read
/// @param macros those its condition names itself, in alphabetical order
/// @param lists those its condition names itself, in alphabetical order
/// @param exceptions names of its exceptions
/// @param exceptionFields the fields they compare, in alphabetical order
public record RuleDetails(
        String written,
        Expression expression,
        OutputFormat format,
        List<String> macros,
        List<String> lists,
        List<String> exceptions,
        List<String> exceptionFields) {
    public RuleDetails {
        macros = List.copyOf(macros);
        lists = List.copyOf(lists);
        exceptions = List.copyOf(exceptions);
        exceptionFields = List.copyOf(exceptionFields);
    }
}
