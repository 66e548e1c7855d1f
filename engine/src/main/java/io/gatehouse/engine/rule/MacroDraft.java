// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;

/// A macro as the entries so far make it.
final class MacroDraft {
    final String name;
    final Span span;
    final Where where;
    final List<Script> condition = new ArrayList<>();
    /// Its place among all definitions, kept when it is defined again.
    int position;
    /// Macros whose position is before this may be used in it; moved by every change.
    int sees;
    /// The file that defined it first, and the one that changed it last.
    int firstFile;
    int lastFile;

    MacroDraft(String name, Span span, Where where, Script condition) {
        this.name = name;
        this.span = span;
        this.where = where;
        this.condition.add(condition);
    }
}
