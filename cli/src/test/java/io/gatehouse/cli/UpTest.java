// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.kernel.Machine;
import io.gatehouse.cli.exit.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The main job as a process: starting, following its policies, ending. Its policy names a container that is not there.
@Tag("kernel")
class UpTest {
    private static final String POLICY = """
            apiVersion: gatehouse.io/v1alpha1
            kind: ClusterWorkloadPolicy
            metadata:
              name: demo
            spec:
              mode: %s
              match:
                containers: [no-such-container]
              runtime:
                processes: {fromImageOnly: true}
            """;
    private static final int TERMINATED = 143; // 128 + SIGTERM

    @TempDir
    Path folder;

    private Path policies;

    @BeforeEach
    void a_policy() throws IOException {
        assumeTrue(
                Machine.lacks().isEmpty(),
                () -> "needs " + Machine.lacks().getFirst().what());
        policies = Files.createDirectory(folder.resolve("policies"));
        Files.writeString(policies.resolve("demo.yaml"), POLICY.formatted("audit"));
    }

    private GatehouseProcess up() throws IOException, InterruptedException {
        var up = GatehouseProcess.start(
                folder.resolve("state"), List.of(), "up", "--listen", "127.0.0.1:0", "--policies", policies.toString());
        up.awaitLine("ready after");
        return up;
    }

    @Test
    void it_says_what_every_rule_is_worth_and_ends_when_told_to() throws Exception {
        try (var up = up()) {
            for (var rule : List.of("processes.allow", "processes.fromImageOnly", "writes.rootFilesystem")) {
                assertTrue(up.awaitLine(rule).matches(".*(prevented|killed|reported)( by .*)?"));
            }
            up.awaitLine("webhook: https://127.0.0.1:");
            assertEquals(TERMINATED, up.end());
            up.awaitLine("ended: 0 alerts");
        }
    }

    @Test
    void a_saved_policy_is_in_force_and_a_wrong_one_leaves_the_old_in_force() throws Exception {
        try (var up = up()) {
            Files.writeString(policies.resolve("demo.yaml"), POLICY.formatted("enforce"));
            up.awaitLine("in force on this node: 1 policy (demo: enforce)");
            up.forget();

            var wrong = Map.of(
                    "an unknown field",
                    POLICY.formatted("audit") + "  mood: good\n",
                    "a wrong type",
                    POLICY.formatted("[audit]"),
                    "a key twice",
                    POLICY.formatted("audit") + "  mode: audit\n",
                    "no YAML",
                    "kind: [unclosed\n");
            for (var entry : wrong.entrySet()) {
                Files.writeString(policies.resolve("demo.yaml"), entry.getValue());
                assertTrue(up.awaitLine("error GH-").startsWith("error GH-1"), entry.getKey());
                up.awaitLine("demo.yaml:");
                up.awaitLine("policies refused; what was in force stays in force");
                up.forget();
            }

            Files.writeString(policies.resolve("demo.yaml"), POLICY.formatted("audit"));
            up.awaitLine("in force on this node: 1 policy (demo: audit)");
        }
    }

    @Test
    void wrong_policies_at_the_start_start_nothing() throws Exception {
        Files.writeString(policies.resolve("demo.yaml"), POLICY.formatted("sometimes"));
        try (var up =
                GatehouseProcess.start(folder.resolve("state"), List.of(), "up", "--policies", policies.toString())) {
            up.awaitLine("error GH-");
            up.awaitLine("nothing was started");
            assertEquals(Exit.BAD_INPUT.code(), up.awaitEnd());
        }
    }

    @Test
    void the_first_start_lays_out_the_shipped_policies_and_no_start_touches_them_again() throws Exception {
        var state = folder.resolve("state");
        try (var first = GatehouseProcess.start(state, List.of(), "up", "--listen", "127.0.0.1:0")) {
            first.awaitLine("2 policies (immutable-containers: audit, immutable-pods: audit)");
            first.awaitLine("ready after");
            first.end();
        }
        var edited = state.resolve("policies/immutable-pods.yaml");
        Files.delete(edited);
        try (var second = GatehouseProcess.start(state, List.of(), "up", "--listen", "127.0.0.1:0")) {
            second.awaitLine("1 policy (immutable-containers: audit)");
            second.awaitLine("ready after");
        }
        assertFalse(Files.exists(edited));
    }

    @Test
    void a_port_that_is_taken_is_said_so() throws Exception {
        try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"));
                var up = GatehouseProcess.start(
                        folder.resolve("state"),
                        List.of(),
                        "up",
                        "--policies",
                        policies.toString(),
                        "--listen",
                        "127.0.0.1:" + taken.getLocalPort())) {
            up.awaitLine("127.0.0.1:" + taken.getLocalPort());
            assertEquals(Exit.CANNOT.code(), up.awaitEnd());
        }
    }
}
