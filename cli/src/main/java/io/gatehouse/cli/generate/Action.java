// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What is done for one rule, or why nothing is.
///
/// @param rule the name of the rule that must tell of it
/// @param enabled whether the rule is in force unless somebody switches it
/// @param way a rule has one first way; [Way#AGAIN] is another
/// @param shadowedBy rules that match the same event and stand before this one
/// @param tags the words it is selected by, first the rules file's
record Action(
        String rule, RulesFile from, Enabled enabled, Way way, Deed deed, List<String> shadowedBy, Set<String> tags) {
    Action {
        shadowedBy = List.copyOf(shadowedBy);
        tags = Collections.unmodifiableSet(new LinkedHashSet<>(tags));
    }

    /// Which file holds the rule.
    enum RulesFile {
        STABLE,
        INCUBATING,
        SANDBOX,
        /// Ours: `docs/demo/generate/rules.yaml`.
        DEMO
    }

    /// As the rules file says; its user may say otherwise.
    enum Enabled {
        YES,
        NO
    }

    enum Way {
        FIRST,
        AGAIN
    }

    /// Where an action happens.
    enum Place {
        CONTAINER,
        PRIVILEGED,
        NEW,
        HOST
    }

    /// What is done.
    sealed interface Deed {}

    /// @param says in one sentence
    /// @param steps one after the other; the rule must tell of the last at the latest
    record Commands(Place place, String says, List<Step> steps, List<Need> needs) implements Deed {
        Commands {
            steps = List.copyOf(steps);
            needs = List.copyOf(needs);
        }
    }

    /// The start of a container of its own.
    ///
    /// @param capabilities what it has beside the usual ones
    /// @param mounts folders of the host that it sees, read-only
    record Launch(String says, Capabilities capabilities, List<Mount> mounts) implements Deed {
        Launch {
            mounts = List.copyOf(mounts);
        }
    }

    /// @param reason why the rule cannot be triggered, or not safely
    record Nothing(String reason) implements Deed {}

    /// @param ends the exit codes that are as meant
    record Step(Console console, List<Word> words, Set<Integer> ends) {
        Step {
            words = List.copyOf(words);
            ends = Set.copyOf(ends);
        }
    }

    enum Console {
        NONE,
        TERMINAL
    }

    /// One word of a command.
    sealed interface Word {}

    record Plain(String text) implements Word {}

    /// Our own program, under a name.
    record Own(String name) implements Word {}

    /// The address that a name has here, see [Resolves].
    record Address() implements Word {}

    /// What must hold of this machine, or the action cannot be done.
    sealed interface Need {}

    /// A login session of anybody but root, or none.
    record LoginNotRoot() implements Need {}

    record Resolves(String name) implements Need {}

    sealed interface Capabilities {}

    record AllCapabilities() implements Capabilities {}

    record MoreCapabilities(List<String> names) implements Capabilities {
        MoreCapabilities {
            names = List.copyOf(names);
        }
    }

    record Mount(String from, String to) {}

    /// Where it is done; empty where nothing is.
    Optional<Place> place() {
        return switch (deed) {
            case Commands commands -> Optional.of(commands.place());
            case Launch _ -> Optional.of(Place.NEW);
            case Nothing _ -> Optional.empty();
        };
    }

    /// What it does, or why it does nothing.
    String says() {
        return switch (deed) {
            case Commands commands -> commands.says();
            case Launch launch -> launch.says();
            case Nothing nothing -> nothing.reason();
        };
    }
}
