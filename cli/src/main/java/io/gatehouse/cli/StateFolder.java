// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import java.nio.file.Path;

/// Where a machine's own things are kept: the shipped policies as its users edit them, the webhook's certificate.
final class StateFolder {
    private StateFolder() {}

    /// `$GATEHOUSE_STATE`, else `/var/lib/gatehouse` for root and `~/.local/state/gatehouse` for anybody else.
    static Path path() {
        var named = System.getenv("GATEHOUSE_STATE");
        if (named != null && !named.isBlank()) {
            return Path.of(named).toAbsolutePath();
        }
        return System.getProperty("user.name").equals("root")
                ? Path.of("/var/lib/gatehouse")
                : Path.of(System.getProperty("user.home"), ".local/state/gatehouse");
    }
}
