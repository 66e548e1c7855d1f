// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.kernel.RingBuffer;
import io.gatehouse.events.Act;
import io.gatehouse.events.KernelEvent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// The change from the agents that ended to the one that begins. Theirs stays in force until ours holds for every
/// container; then one word takes it out of force, and it goes from its hooks on a thread nobody waits for.
public final class Succession {
    private final KernelSide kernel;
    private final Enforcer enforcer;
    private final Decoder decoder;
    private final List<Life> before;

    /// Reads one record of the ring; empty where it is none that this agent knows.
    @FunctionalInterface
    public interface Decoder {
        Optional<KernelEvent> decode(ByteBuffer data, int offset, int length);
    }

    public Succession(KernelSide kernel, Enforcer enforcer, Decoder decoder) {
        this.kernel = kernel;
        this.enforcer = enforcer;
        this.decoder = decoder;
        this.before = kernel.before();
    }

    /// Programs that wait for an agent that ended.
    public List<Door.Hold> waiting() {
        return before.stream()
                .flatMap(life -> Door.of(life).stream())
                .flatMap(door -> {
                    try (door) {
                        return door.all().stream();
                    }
                })
                .toList();
    }

    /// Ours holds: tells what happened since the last agent was heard of, and takes theirs out of force.
    ///
    /// @param judged gets each record that nobody read, with what its container is under now
    /// @param say gets what there is to say beside
    public void complete(BiConsumer<KernelEvent, Governed> judged, Consumer<String> say) {
        long from = BootClock.nanos();
        for (var life : before) {
            life.control().ifPresent(control -> {
                try (control) {
                    kernel.control().brakeAs(control);
                    if (!control.isRetired() && control.heard().aliveNs() != 0) {
                        tell(life, control.heard(), judged, say, from);
                    }
                }
            });
            life.retire();
        }
        if (!before.isEmpty()) {
            Thread.ofPlatform().daemon().name("gatehouse-detach").start(() -> before.forEach(Life::remove));
        }
    }

    private void tell(
            Life life, Control.Heard heard, BiConsumer<KernelEvent, Governed> judged, Consumer<String> say, long from) {
        if (!life.isOfOurVersion()) {
            say.accept("took over from an agent of another version; what happened since it ended cannot be read");
            return;
        }
        long refused = life.count(KernelCounter.REFUSED) - heard.refused();
        long killed = life.count(KernelCounter.KILLED) - heard.killed();
        long lost = life.count(KernelCounter.RING_FULL) - heard.lost();
        long started = life.count(KernelCounter.DEFAULTED);
        int unattributed = life.records()
                .map(ring -> {
                    try (ring) {
                        return tellRecords(life, ring, judged);
                    }
                })
                .orElse(0);
        say.accept("took over: no agent was there for "
                + Duration.ofNanos(Math.max(0, from - heard.aliveNs())).toSeconds()
                + " s; meanwhile " + refused + " acts were refused, " + killed + " answered by a kill, " + started
                + " containers started under the default rules; " + lost + " records were lost"
                + (unattributed == 0 ? "" : ", and " + unattributed + " are of containers or policies that are gone"));
    }

    /// Returns how many records could not be laid to a container and its policies.
    private int tellRecords(Life life, RingBuffer ring, BiConsumer<KernelEvent, Governed> judged) {
        int[] unattributed = {0};
        ring.drain((data, offset, length) -> decoder.decode(data, offset, length)
                .filter(event -> event.act() != Act.STRANGER && event.act() != Act.GONE && event.act() != Act.LEFT)
                .ifPresent(event -> {
                    var governed = governedAlike(life, event);
                    if (governed.isPresent()) {
                        judged.accept(event, governed.get());
                    } else {
                        unattributed[0]++;
                    }
                }));
        return unattributed[0];
    }

    /// What the container is under now, if it is what the record was decided by: bits mean the same policies.
    private Optional<Governed> governedAlike(Life life, KernelEvent event) {
        long then = life.policies(event.rules());
        return enforcer.byScope(event.scope()).filter(governed -> Generations.namesHash(governed.policies()) == then);
    }
}
