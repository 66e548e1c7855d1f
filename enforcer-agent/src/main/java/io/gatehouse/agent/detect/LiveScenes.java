// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.watch.LiveNode;
import io.gatehouse.agent.watch.Place;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Scenes of the running kernel: a record is made an event as captures hold them, and the state follows it.
final class LiveScenes implements Scenes {
    private static final int MOST_PLACED = 16_384;

    private final Map<Long, Boolean> placed = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > MOST_PLACED;
        }
    };
    private final LiveNode node;
    private final RuleNames names = new RuleNames();

    /// The containers of the node, and their groups placed in the kernel.
    ///
    /// @param nodeRoot the node's root directory
    /// @param podLabels the labels of a pod by its uid, where they are known
    LiveScenes(Path nodeRoot, Limits limits, Function<String, Optional<Map<String, String>>> podLabels, Watch watch) {
        this.node = new LiveNode(nodeRoot, limits, podLabels, (group, whose) -> {
            placed.put(group, true);
            watch.place(group, whose == Container.HOST ? Place.HOST : Place.CONTAINER);
        });
    }

    @Override
    public void begin() {
        node.begin();
        node.machine().addressNames(names::of);
    }

    @Override
    public void judgedBy(List<Rule> rules) {
        names.follow(rules);
    }

    @Override
    public Scene of(LiveRecord record) {
        return node.of(record);
    }

    @Override
    public boolean isPlaced(long cgroup) {
        return placed.containsKey(cgroup);
    }

    @Override
    public void chores() {
        node.chores();
    }

    @Override
    public void podsChanged() {
        node.podsChanged();
    }

    @Override
    public DetectCounts.StateSizes sizes() {
        return new DetectCounts.StateSizes(node.machine().taskCount(), node.lost());
    }

    @Override
    public void close() {
        names.close();
        node.close();
    }
}
