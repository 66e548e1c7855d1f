// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.image.Inspections;
import io.gatehouse.admission.kubernetes.ClusterSide;
import io.gatehouse.admission.server.AdmissionOptions;
import io.gatehouse.agent.enforce.GuardOption;
import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.enforce.SelfFacts;
import io.gatehouse.agent.kubernetes.NodeInCluster;
import io.gatehouse.cli.AgentOptions.ActsFile;
import io.gatehouse.cli.config.AgentSettings;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.feed.FeedSources;
import io.gatehouse.feed.FeedSources.Following;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a [Service] is to do.
///
/// @param nodeRoot present: run the agent; it governs containers where a folder of policies is named or a cluster
/// followed
/// @param instance where what is in force stays when the agent ends
/// @param acts present: breaches of policies are recorded
/// @param detection present: tell what rules match on this node
/// @param gate present: run the webhook
/// @param lasting ends after so long
/// @param pidFile holds the process id
/// @param again the sources as they are to be when somebody asks to reload; throws a refusal where they are wrong
/// @param guard what the agent's kernel side does beside the usual
/// @param citizen present: the gate is part of a cluster
/// @param node present: the agent follows a cluster
record Duties(
        FeedSources sources,
        Optional<Path> nodeRoot,
        Instance instance,
        Optional<ActsFile> acts,
        Optional<AgentSettings> detection,
        Optional<Gate> gate,
        Optional<Duration> lasting,
        Optional<Path> pidFile,
        Supplier<FeedSources> again,
        Set<GuardOption> guard,
        Optional<Citizen> citizen,
        Optional<NodeCitizen> node) {
    /// Begins to follow a cluster; hears what it has to tell.
    interface Citizen extends Function<Consumer<String>, ClusterSide> {}

    /// The same for an agent. Waits for the cluster where nothing is known of it.
    interface NodeCitizen {
        NodeInCluster begin(Consumer<String> notices) throws InterruptedException;
    }

    /// In no cluster.
    Duties(
            FeedSources sources,
            Optional<Path> nodeRoot,
            Instance instance,
            Optional<ActsFile> acts,
            Optional<AgentSettings> detection,
            Optional<Gate> gate,
            Optional<Duration> lasting,
            Optional<Path> pidFile,
            Supplier<FeedSources> again,
            Set<GuardOption> guard) {
        this(
                sources,
                nodeRoot,
                instance,
                acts,
                detection,
                gate,
                lasting,
                pidFile,
                again,
                guard,
                Optional.empty(),
                Optional.empty());
    }

    /// The same, with an agent that follows a cluster.
    Duties inCluster(Optional<NodeCitizen> follower) {
        return new Duties(
                sources, nodeRoot, instance, acts, detection, gate, lasting, pidFile, again, guard, citizen, follower);
    }

    /// The gate alone, in a cluster.
    ///
    /// @param folder of policies beside those of the cluster
    static Duties ofCluster(Optional<Path> folder, Gate gate, Citizen citizen) {
        var sources = new FeedSources(folder, List.of(), RulesOptions.DEFAULT, Following.CHANGES);
        return new Duties(
                sources,
                Optional.empty(),
                Instance.USUAL,
                Optional.empty(),
                Optional.empty(),
                Optional.of(gate),
                Optional.empty(),
                Optional.empty(),
                () -> sources,
                Set.of(),
                Optional.of(citizen),
                Optional.empty());
    }

    /// How the webhook runs.
    ///
    /// @param images begins to look into them
    /// @param auditEvents audit events are taken too
    record Gate(AdmissionOptions options, Supplier<Inspections> images, boolean auditEvents) {}

    /// A folder of policies, and no more.
    static Duties of(
            Path folder,
            Optional<Path> nodeRoot,
            Instance instance,
            Optional<ActsFile> acts,
            Optional<Gate> gate,
            Set<GuardOption> guard) {
        var sources = FeedSources.of(folder);
        return new Duties(
                sources,
                nodeRoot,
                instance,
                acts,
                Optional.empty(),
                gate,
                Optional.empty(),
                Optional.empty(),
                () -> sources,
                guard);
    }

    static FeedSources sources(Optional<Path> folder, AgentSettings settings) {
        return new FeedSources(
                folder,
                settings.rulesFiles(),
                settings.rules(),
                settings.following() ? Following.CHANGES : Following.ORDERS);
    }

    boolean governs() {
        return nodeRoot.isPresent() && (sources.folder().isPresent() || node.isPresent());
    }

    /// What containers under an enforced policy are kept from: whatever tells the agent what to do, and the agent
    /// itself.
    SelfFacts own() {
        var own = new HashSet<>(SelfFacts.program());
        own.add(StateFolder.path());
        sources.folder().ifPresent(own::add);
        own.addAll(sources.rules());
        pidFile.ifPresent(own::add);
        return new SelfFacts(own);
    }

    /// Where everything comes from, for people.
    String named() {
        var files = named(sources);
        return citizen.isEmpty() && node.isEmpty() ? files : files.isEmpty() ? "the cluster" : files + ", the cluster";
    }

    static String named(FeedSources sources) {
        return Stream.concat(sources.rules().stream(), sources.folder().stream().map(Path::toAbsolutePath))
                .map(Path::toString)
                .collect(Collectors.joining(", "));
    }
}
