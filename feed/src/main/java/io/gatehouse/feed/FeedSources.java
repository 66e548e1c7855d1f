// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import io.gatehouse.engine.rule.RulesOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where policies and rules come from.
///
/// @param folder of policies and rules files, with all below it; absent where only rules are followed
/// @param rules files and folders of rules, in the order in which later ones change what earlier ones define; they go
///     before the rules files of the folder
/// @param options for all rules
/// @param objects policies kept elsewhere than in files
public record FeedSources(
        Optional<Path> folder, List<Path> rules, RulesOptions options, Following following, PolicyObjects objects) {
    /// Who says that something changed.
    public enum Following {
        /// The files themselves.
        CHANGES,
        /// Whoever calls [PolicyFeed#reload].
        ORDERS
    }

    public FeedSources {
        rules = List.copyOf(rules);
    }

    /// Files alone.
    public FeedSources(Optional<Path> folder, List<Path> rules, RulesOptions options, Following following) {
        this(folder, rules, options, following, PolicyObjects.NONE);
    }

    /// The same, and objects beside the files.
    public FeedSources with(PolicyObjects others) {
        return new FeedSources(folder, rules, options, following, others);
    }

    public static FeedSources of(Path folder) {
        return new FeedSources(Optional.of(folder), List.of(), RulesOptions.DEFAULT, Following.CHANGES);
    }
}
