// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.learn;

import io.gatehouse.engine.act.ActJudge;
import io.gatehouse.engine.act.Recording;
import io.gatehouse.engine.learn.Learning.Siblings;
import io.gatehouse.schemas.act.RecordedAct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Groups changes of the root file system into the fewest files and directories that must be writable.
///
/// A policy names what the image has. So a file of the image that is only written to stands for itself; for anything
/// that is made or removed its directory is named; and for a directory that the container made, the nearest one above
/// that it did not make.
final class WrittenPlaces {
    /// So many directories beside each other are taken together.
    private static final int MANY = 3;

    /// Directories of which the policy's author would not think that all below is meant.
    private static final int MIN_DEPTH = 2;

    private final Recording recording;
    private final Map<String, Set<String>> made = new HashMap<>(); // by container
    private final SortedMap<String, List<RecordedAct>> byEntry = new TreeMap<>();
    private final List<RecordedAct> unnamed = new ArrayList<>();

    WrittenPlaces(Recording recording, List<RecordedAct> acts, Siblings siblings) {
        this.recording = recording;
        acts.forEach(this::noteMade);
        acts.forEach(this::place);
        if (siblings == Siblings.TOGETHER) {
            joinSiblings();
        }
        dropCovered();
    }

    /// Directories end in a slash.
    SortedMap<String, List<RecordedAct>> byEntry() {
        return byEntry;
    }

    /// Changes that nothing short of the whole root file system would allow.
    List<RecordedAct> unnamed() {
        return unnamed;
    }

    private void noteMade(RecordedAct act) {
        switch (act.act()) {
            case "create", "make_directory", "rename", "link", "symbolic_link" ->
                made.computeIfAbsent(act.container().id(), _ -> new HashSet<>()).add(followed(act, act.path()));
            default -> {}
        }
    }

    private void place(RecordedAct act) {
        if (!act.pathComplete() || act.path().isEmpty()) {
            unnamed.add(act);
            return;
        }
        var made = this.made.getOrDefault(act.container().id(), Set.of());
        var path = followed(act, ActJudge.judgedPath(act));
        boolean file = !ActJudge.changesEntry(act)
                && act.file().isPresent()
                && !act.file().get().upper();
        if (file && Paths.file(path) && isMade(path, made).isEmpty()) {
            add(path, act);
            return;
        }
        var directory = ActJudge.changesEntry(act) ? path : Paths.parent(path);
        var topmost = isMade(directory, made);
        if (!topmost.isEmpty()) {
            directory = Paths.parent(topmost);
        }
        if (directory.equals("/") || !Paths.file(directory)) {
            unnamed.add(act);
            return;
        }
        add(directory + "/", act);
    }

    /// The highest part of a path that the container made; empty where it made none.
    private static String isMade(String path, Set<String> made) {
        var topmost = "";
        for (var at = path; !at.equals("/"); at = Paths.parent(at)) {
            if (made.contains(at)) {
                topmost = at;
            }
        }
        return topmost;
    }

    private String followed(RecordedAct act, String path) {
        return recording.names(act).follow(path);
    }

    private void add(String entry, RecordedAct act) {
        byEntry.computeIfAbsent(entry, _ -> new ArrayList<>()).add(act);
    }

    private void joinSiblings() {
        var byParent = new TreeMap<String, TreeSet<String>>();
        for (var entry : byEntry.keySet()) {
            var path = entry.endsWith("/") ? entry.substring(0, entry.length() - 1) : entry;
            byParent.computeIfAbsent(Paths.parent(path), _ -> new TreeSet<>()).add(entry);
        }
        byParent.forEach((parent, entries) -> {
            if (entries.size() >= MANY && parent.chars().filter(c -> c == '/').count() >= MIN_DEPTH) {
                var acts = new ArrayList<RecordedAct>();
                entries.forEach(entry -> acts.addAll(byEntry.remove(entry)));
                byEntry.computeIfAbsent(parent + "/", _ -> new ArrayList<>()).addAll(acts);
            }
        });
    }

    private void dropCovered() {
        for (var entry : List.copyOf(byEntry.keySet())) {
            for (var above : List.copyOf(byEntry.keySet())) {
                if (above.endsWith("/") && !entry.equals(above) && entry.startsWith(above)) {
                    byEntry.get(above).addAll(byEntry.getOrDefault(entry, List.of()));
                    byEntry.remove(entry);
                    break;
                }
            }
        }
    }
}
