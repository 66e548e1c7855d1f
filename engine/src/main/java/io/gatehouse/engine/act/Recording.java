// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.act.RecordedContainer;
import io.gatehouse.schemas.act.RecordedLine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What recordings hold, acts that do not differ in what can be asked of them counted as one. Immutable.
///
/// @param begun in the order of the recordings
/// @param containers by id, as they were met last
/// @param acts in the order in which they were first seen
/// @param lost acts that are not in it
public record Recording(
        List<RecordedLine.Begun> begun, Map<String, RecordedContainer> containers, List<RecordedAct> acts, long lost) {
    public Recording {
        begun = List.copyOf(begun);
        containers = Map.copyOf(containers);
        acts = List.copyOf(acts);
    }

    public static Recording of(Iterable<RecordedLine> lines) {
        var gathering = new Gathering();
        lines.forEach(gathering::add);
        return gathering.recording();
    }

    /// What paths mean to the container of an act.
    public Names names(RecordedAct act) {
        return Optional.ofNullable(containers.get(act.container().id()))
                .map(Names::of)
                .orElse(Names.NONE);
    }

    /// What of an act can be asked about; equal acts differ in when they were.
    public record Kind(
            String container,
            String act,
            List<String> rules,
            String path,
            Optional<RecordedAct.RecordedFile> file,
            Optional<RecordedAct.Endpoint> endpoint,
            String by,
            String exe,
            String detail,
            List<RecordedAct.Breach> breaches) {
        public static Kind of(RecordedAct act) {
            return new Kind(
                    act.container().id(),
                    act.act(),
                    act.rules(),
                    act.path(),
                    act.file(),
                    act.endpoint(),
                    act.by(),
                    act.process().exe(),
                    act.detail(),
                    act.breaches());
        }
    }

    /// A recording in the making. One thread.
    public static final class Gathering {
        /// Of different acts; what comes beyond counts as lost.
        public static final int MAX_KINDS = 200_000;

        private final List<RecordedLine.Begun> begun = new ArrayList<>();
        private final Map<String, RecordedContainer> containers = new LinkedHashMap<>();
        private final Map<Kind, RecordedAct> acts = new LinkedHashMap<>();
        private long lost;

        public void add(RecordedLine line) {
            switch (line) {
                case RecordedLine.Begun start -> begun.add(start);
                case RecordedLine.Met(var _, var container) ->
                    containers.put(container.facts().id(), container);
                case RecordedLine.Acted(var act) -> add(act);
                case RecordedLine.Lost gone -> lost += gone.count();
            }
        }

        private void add(RecordedAct act) {
            var kind = Kind.of(act);
            var before = acts.get(kind);
            if (before != null) {
                acts.put(kind, before.repeated(act.count(), act.last()));
            } else if (acts.size() < MAX_KINDS) {
                acts.put(kind, act);
            } else {
                lost += act.count();
            }
        }

        public Recording recording() {
            return new Recording(begun, containers, List.copyOf(acts.values()), lost);
        }
    }
}
