// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.SourceText;

/// Tells rules files from files of policies, before either is read as what it is.
///
/// A rules file is a list and a policy is a mapping, so the first character that means something decides. What is
/// neither is read as a policy, whose reader then says what is wrong.
final class RulesFiles {
    private RulesFiles() {}

    static boolean isRulesFile(SourceText source) {
        var text = source.text();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            var line = text.substring(at, end).strip();
            boolean saysNothing = line.isEmpty() || line.charAt(0) == '#' || line.charAt(0) == '%' || isMark(line);
            if (!saysNothing) {
                return line.startsWith("- ") || line.equals("-") || line.startsWith("[");
            }
            at = end + 1;
        }
        return false;
    }

    /// `---`, alone or with a comment: a document begins.
    private static boolean isMark(String line) {
        return line.equals("---") || line.startsWith("--- #");
    }
}
