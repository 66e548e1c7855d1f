// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.BpfMap;
import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.PidFd;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.events.Act;
import io.gatehouse.events.Backend;
import io.gatehouse.events.FileFacts;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.schemas.alert.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// Where the first programs of containers wait, stopped before their first instruction, until their rules are in place.
/// Who waits stands in a map of the kernel, so that neither a lost record nor a lost agent leaves anybody standing.
public final class Door implements AutoCloseable {
    private final BpfMap held;

    Door(BpfMap held) {
        this.held = held;
    }

    /// The door of a life that ended.
    static Optional<Door> of(Life life) {
        return life.isOfOurVersion()
                ? Optional.of(new Door(BpfMap.pinned(life.map("gh_held"), 4, Wire.Hold.SIZE)))
                : Optional.empty();
    }

    /// A program that waits.
    ///
    /// @param sinceNs CLOCK_BOOTTIME
    public record Hold(int pid, long startNs, long sinceNs, long scope, FileFacts program) {
        /// As the kernel would have told it, where its record was lost.
        public KernelEvent event() {
            var path = program(pid);
            return new KernelEvent(
                    sinceNs,
                    Act.STRANGER,
                    Verdict.ALLOW,
                    Backend.TRACEPOINT,
                    scope,
                    0,
                    0,
                    Collections.nCopies(Wire.RULE_COUNT, 0),
                    KernelEvent.Detail.NONE,
                    new KernelEvent.Actor(pid, startNs, pid, 0, 0, "", List.of()),
                    program,
                    false,
                    path,
                    true,
                    path,
                    List.of(),
                    false,
                    "",
                    0);
        }

        private static String program(int pid) {
            try {
                return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).toString();
            } catch (IOException _) {
                return "?"; // it ended, or its file is where we do not see it
            }
        }
    }

    public List<Hold> all() {
        return held.keys().stream().map(this::read).flatMap(Optional::stream).toList();
    }

    public Optional<Hold> of(int pid) {
        return read(key(pid));
    }

    private Optional<Hold> read(ByteBuffer key) {
        var value = BpfObject.buffer(Wire.Hold.SIZE);
        if (!held.get(key, value)) {
            return Optional.empty();
        }
        int facts = value.getInt(Wire.Hold.FACTS);
        return Optional.of(new Hold(
                key.getInt(0),
                value.getLong(Wire.Hold.START_NS),
                value.getLong(Wire.Hold.SINCE_NS),
                value.getLong(Wire.Hold.SCOPE),
                new FileFacts(
                        value.getInt(Wire.Hold.DEV),
                        value.getLong(Wire.Hold.INO),
                        value.getInt(Wire.Hold.GENERATION),
                        (facts & 1) != 0,
                        (facts & 2) != 0,
                        (facts & 4) != 0,
                        (facts & 8) != 0)));
    }

    /// Lets a program go on; false where it ended. The signal before the entry: an agent that ends in between leaves
    /// nobody standing.
    public boolean letGo(Hold hold) {
        var held = PidFd.open(hold.pid());
        boolean lives = false;
        if (held.isPresent()) {
            try (var process = held.get()) {
                lives = process.letGo();
            }
        }
        this.held.remove(key(hold.pid()));
        return lives;
    }

    @Override
    public void close() {
        held.close();
    }

    private static ByteBuffer key(int pid) {
        return BpfObject.buffer(4).putInt(0, pid);
    }
}
