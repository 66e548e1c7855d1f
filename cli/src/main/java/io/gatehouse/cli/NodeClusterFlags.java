// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.kubernetes.NodeInCluster;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// The agent as a citizen of a cluster.
final class NodeClusterFlags {
    @Option(
            names = "--cluster",
            description = {
                "Follow what a cluster knows: policies, exemptions, responses and brakes that are custom resources, the",
                "labels of this node's pods and the modes that namespaces chose. What was told is kept in the state",
                "folder and counts while the API server is away. In a pod by its service account."
            })
    private boolean cluster;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "With --cluster: the cluster it names (default in no pod: KUBECONFIG, or ~/.kube/config).")
    private Path kubeconfig;

    @Option(
            names = "--node-name",
            paramLabel = "NAME",
            description = "With --cluster: this node, as the API server names it (default: the variable NODE_NAME).")
    private String node;

    boolean asked() {
        return cluster;
    }

    /// Starts to follow. Absent where it is not asked for.
    Optional<Duties.NodeCitizen> citizen(Instance instance) {
        if (!cluster) {
            return Optional.empty();
        }
        var name = node == null ? System.getenv("NODE_NAME") : node;
        if (name == null || name.isBlank()) {
            throw Refusal.badInput(
                    "--cluster needs the node's name: give --node-name, or NODE_NAME in the environment");
        }
        var options = new NodeInCluster.Options(
                name, StateFolder.path().resolve("cluster").resolve(instance.name()));
        return Optional.of(notices -> start(options, notices));
    }

    private NodeInCluster start(NodeInCluster.Options options, Consumer<String> notices) throws InterruptedException {
        try {
            return NodeInCluster.start(ApiServer.connect(Optional.ofNullable(kubeconfig)), options, notices);
        } catch (IOException e) {
            throw Refusal.badInput("--kubeconfig cannot be read: " + e);
        }
    }
}
