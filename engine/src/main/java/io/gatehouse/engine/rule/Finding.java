// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import java.util.List;
import java.util.Optional;

/// Something found in rules files: what we say of it, and what Falco calls it.
///
/// @param upstream Falco's code, `LOAD_…`; absent for what only we report
/// @param items the way there from the file, outermost first
public record Finding(Diagnostic diagnostic, Optional<String> upstream, List<Item> items) {
    public Finding {
        items = List.copyOf(items);
    }

    public boolean isError() {
        return diagnostic.severity() == Severity.ERROR;
    }
}
