// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.hook.HookProgram;
import io.gatehouse.agent.hook.HookSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What runtimes are given so that they run the hook.
///
/// @param socket where the agent answers
/// @param required a container that the agent does not answer for is not to start
record HookText(Path program, Path socket, int waitSeconds, boolean required) {
    static final String FILE_NAME = "gatehouse.json";

    /// Longer than the hook waits itself, so that it is the one that says why.
    private static final int RUNTIME_PATIENCE_SECONDS = 3;

    /// Whether a file of hooks has been written by us.
    static boolean isOurs(String hooksFile) {
        return hooksFile.contains("/" + HookProgram.NAME + "\"");
    }

    /// A file of podman and CRI-O (oci-hooks(5), version 1.0.0): every container, before its first program.
    String hooksFile() {
        return """
                {
                  "version": "1.0.0",
                  "hook": {
                    "path": %s,
                    "args": %s,
                    "timeout": %d
                  },
                  "when": {"always": true},
                  "stages": ["createRuntime"]
                }
                """.formatted(quote(program.toString()), args(), timeout());
    }

    /// What stands below `hooks` in the configuration of a container.
    private String ofContainer() {
        return """
                "hooks": {
                  "createRuntime": [
                    {"path": %s, "args": %s, "timeout": %d}
                  ]
                }
                """.formatted(quote(program.toString()), args(), timeout());
    }

    String toDo(HookCommand.Runtime runtime) {
        return switch (runtime) {
            case runc -> """
                    runc has no folder of hooks. In the config.json of each bundle:
                    %s""".formatted(ofContainer());
            case containerd -> """
                    containerd has no folder of hooks. Its containers get them from a base specification, for each runtime:

                    1. ctr oci spec > /etc/containerd/gatehouse-base.json, and add at the top level of that file:
                    %s
                    2. in /etc/containerd/config.toml:
                       [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                         base_runtime_spec = "/etc/containerd/gatehouse-base.json"
                       (containerd 2: [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc])

                    3. systemctl restart containerd; containers that run are not touched.

                    Where the NRI plugin hook-injector runs, it takes the file of 'gatehouse hook print --runtime crio'
                    from its folder instead.
                    """.formatted(ofContainer().indent(3).stripTrailing());
            case podman, crio -> hooksFile();
        };
    }

    private int timeout() {
        return waitSeconds + RUNTIME_PATIENCE_SECONDS;
    }

    /// The first is the program's name, as everywhere.
    private String args() {
        var words = new ArrayList<>(List.of(HookProgram.NAME, "--wait", Integer.toString(waitSeconds)));
        if (!socket.equals(HookSocket.USUAL)) {
            words.addAll(List.of("--socket", socket.toString()));
        }
        if (required) {
            words.add("--require");
        }
        return words.stream().map(HookText::quote).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
