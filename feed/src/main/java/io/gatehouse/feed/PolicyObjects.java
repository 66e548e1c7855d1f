// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import java.util.List;
import java.util.Optional;

/// Policies that are kept one by one elsewhere, as the objects of a cluster are. Whoever knows that one changed calls
/// [PolicyFeed#reload].
///
/// A file that is wrong refuses its whole folder, since it is one person's work. An object that is wrong refuses itself
/// alone: it must not keep everybody else's from taking effect.
public interface PolicyObjects {
    /// There are none and never will be.
    PolicyObjects NONE = new PolicyObjects() {
        @Override
        public List<SourceText> texts() {
            return List.of();
        }

        @Override
        public void settled(Settlement settlement) {}
    };

    /// All as they are now, each one document under a name of its own, in an order that does not change by itself.
    /// Called for each load.
    List<SourceText> texts();

    /// What became of them. Called after each load, under the feed's lock: it must not wait.
    void settled(Settlement settlement);

    /// What was in force of them when somebody last wrote it down, perhaps before this process began: what an object
    /// that is wrong now said when it was last right.
    default List<SourceText> before() {
        return List.of();
    }

    /// @param digest of what is in force; empty before anything is
    /// @param inForce what is in force of them, as each was when it was last right
    record Settlement(String digest, List<Outcome> outcomes, List<SourceText> inForce) {
        public Settlement {
            outcomes = List.copyOf(outcomes);
            inForce = List.copyOf(inForce);
        }
    }

    /// @param refusal the first thing that is wrong; absent where it was taken
    record Outcome(SourceText text, Standing standing, Optional<Diagnostic> refusal) {}

    enum Standing {
        /// As it is now.
        IN_FORCE,
        /// As it was when it was last right.
        OLDER_IN_FORCE,
        /// Not at all.
        NOT_IN_FORCE
    }
}
