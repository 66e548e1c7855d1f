// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.BpfMap;
import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.RingBuffer;
import io.gatehouse.agent.kernel.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What one agent put into the kernel and gave a name, so that it stays there whatever becomes of the agent.
///
/// @param number of the life in its instance
public record Life(Path folder, int number) {
    /// Maps that a later agent, `brake` or `status` asks.
    static final List<String> MAPS =
            List.of("gh_control", "gh_stats", "gh_events", "gh_rulesets", "gh_held", "gh_scopes");

    /// @param programs that were on their hooks
    /// @param scopes cgroups that were under rules; absent where that cannot be told
    public record Left(int number, List<String> programs, Optional<Integer> scopes) {}

    Path map(String name) {
        return folder.resolve(BpfObject.MAPS, name);
    }

    /// Empty where this life got no further than its folder.
    Optional<Control> control() {
        return Files.exists(map("gh_control")) ? Optional.of(Control.pinned(map("gh_control"))) : Optional.empty();
    }

    boolean isOfOurVersion() {
        try (var control = control().orElse(null)) {
            return control != null && control.isOfOurVersion();
        }
    }

    /// Programs on their hooks.
    public List<String> programs() {
        var folder = this.folder.resolve(BpfObject.LINKS);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var entries = Files.list(folder)) {
            return entries.map(each -> each.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be read", e);
        }
    }

    /// Whether some program is there that decides; without one nothing is kept.
    public boolean guards() {
        return programs().stream().anyMatch(GuardProgram::isOne);
    }

    /// A counter, summed over processors; 0 where it cannot be read.
    public long count(KernelCounter counter) {
        if (!isOfOurVersion()) {
            return 0;
        }
        try (var stats = BpfMap.pinned(map("gh_stats"), 4, 8)) {
            return stats.sum(counter.ordinal());
        } catch (KernelException _) {
            return 0;
        }
    }

    /// Cgroups that belong to containers under rules.
    public Optional<Integer> scopes() {
        if (!isOfOurVersion()) {
            return Optional.empty();
        }
        try (var scopes = BpfMap.pinned(map("gh_scopes"), 8, 4)) {
            return Optional.of(scopes.keys().size());
        } catch (KernelException _) {
            return Optional.empty();
        }
    }

    /// What nobody has read; empty where this agent could not.
    Optional<RingBuffer> records() {
        return isOfOurVersion() ? Optional.of(RingBuffer.pinned(map("gh_events"), Wire.RING_BYTES)) : Optional.empty();
    }

    /// The hash of the policies that some rules were made of; 0 where that cannot be told.
    long policies(int rules) {
        if (!isOfOurVersion()) {
            return 0;
        }
        try (var rulesets = BpfMap.pinned(map("gh_rulesets"), 4, Wire.Rules.SIZE)) {
            var value = BpfObject.buffer(Wire.Rules.SIZE);
            return rulesets.get(BpfObject.buffer(4).putInt(0, rules), value) ? value.getLong(Wire.Rules.POLICIES) : 0;
        } catch (KernelException _) {
            return 0;
        }
    }

    /// Takes it out of force at once. One of another version knows no such word, and goes link by link.
    void retire() {
        if (isOfOurVersion()) {
            try (var control = control().orElseThrow()) {
                control.retire();
            }
        }
    }

    /// Takes every name away, and with it what only the name kept. Takes tens of milliseconds a program.
    Left remove() {
        var left = new Left(number, programs(), scopes());
        deleteBelow(folder);
        return left;
    }

    private static void deleteBelow(Path folder) {
        var entries = new ArrayList<Path>();
        try (var list = Files.list(folder)) {
            list.forEach(entries::add);
        } catch (NoSuchFileException _) {
            return; // somebody else takes it off too
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be read", e);
        }
        entries.stream().filter(Files::isDirectory).forEach(Life::deleteBelow);
        try {
            for (var entry : entries) {
                Files.deleteIfExists(entry);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("what is pinned in " + folder + " cannot be taken off", e);
        }
    }
}
