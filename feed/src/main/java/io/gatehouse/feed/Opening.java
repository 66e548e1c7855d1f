// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import io.gatehouse.engine.diagnostic.Diagnostic;
import java.util.List;

/// What came of opening a policy folder.
public sealed interface Opening {
    /// The folder's policies are in force and its changes are followed until the feed is closed.
    record Opened(PolicyFeed feed) implements Opening {}

    /// The folder holds errors; nothing was started.
    record Refused(List<Diagnostic> diagnostics) implements Opening {
        public Refused {
            diagnostics = List.copyOf(diagnostics);
        }
    }
}
