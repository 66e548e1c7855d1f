// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.Agent;
import io.gatehouse.agent.AgentListener;
import io.gatehouse.agent.enforce.ClusterFacts;
import io.gatehouse.agent.enforce.Governed;
import io.gatehouse.agent.enforce.GuardOption;
import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.enforce.KernelSide;
import io.gatehouse.agent.enforce.SelfFacts;
import io.gatehouse.agent.enforce.Tenure;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.cli.exit.KernelLacks;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.alert.Alert;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/// The agent of this node as the commands run it.
final class NodeAgent {
    private NodeAgent() {}

    /// Starts to load programs in the background: the kernel's checks and the reading of policies take about as long.
    ///
    /// @throws Refusal something that the agent cannot do without is not here, or another agent lives
    static CompletableFuture<KernelSide> load(Instance instance, Set<GuardOption> options) {
        refuseIfLacking();
        var tenure = take(instance);
        return CompletableFuture.supplyAsync(() -> KernelSide.load(Optional.of(tenure), options));
    }

    /// As above, for one that only looks on: nothing of it outlives this process.
    static CompletableFuture<KernelSide> load() {
        refuseIfLacking();
        return CompletableFuture.supplyAsync(() -> KernelSide.load());
    }

    private static Tenure take(Instance instance) {
        try {
            return instance.take()
                    .orElseThrow(() -> Refusal.cannot("another agent lives that keeps " + instance.folder()
                            + "; end it first, or run this one under another name with --instance"));
        } catch (KernelException | UncheckedIOException e) {
            throw Refusal.cannot("what is in force would not outlive the agent: " + e.getMessage()
                    + "; mount -t bpf bpf /sys/fs/bpf, or name a folder of a bpf file system with --pins");
        }
    }

    static void refuseIfLacking() {
        KernelLacks.refuse();
    }

    static Agent start(
            CompletableFuture<KernelSide> loading,
            Path nodeRoot,
            SelfFacts own,
            ClusterFacts cluster,
            Snapshot first,
            Optional<ActRecording> acts,
            Consumer<Alert> alerts,
            Consumer<Collection<Governed>> governing,
            Consumer<String> say) {
        var listener = new AgentListener() {
            @Override
            public void alert(Alert alert) {
                alerts.accept(alert);
            }

            @Override
            public void acted(KernelEvent event, Governed governed) {
                acts.ifPresent(recording -> recording.acted(event, governed));
            }

            @Override
            public void met(Governed governed) {
                acts.ifPresent(recording -> recording.met(governed));
            }

            @Override
            public void inForce(Snapshot snapshot, Collection<Governed> containers) {
                acts.ifPresent(recording -> recording.inForce(snapshot));
                governing.accept(containers);
                long governed =
                        containers.stream().filter(each -> each.rules() != 0).count();
                say.accept("in force on this node: " + Said.policies(snapshot) + "; " + governed + " of "
                        + containers.size() + " running containers governed");
            }

            @Override
            public void selectedAnew(Collection<Governed> containers) {
                governing.accept(containers);
            }

            @Override
            public void notice(String text) {
                say.accept("agent: " + text);
            }
        };
        var kernel = join(loading);
        kernel.guard(own).forEach(unkept -> say.accept("agent: not kept from containers: " + unkept));
        return Agent.start(kernel, nodeRoot, cluster, first, listener, InstantSource.system());
    }

    static KernelSide join(CompletableFuture<KernelSide> loading) {
        try {
            return loading.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof KernelException refused) {
                throw KernelLacks.refusal(refused);
            }
            throw e;
        }
    }
}
