// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.BootClock;
import io.gatehouse.agent.kernel.MappedMap;
import io.gatehouse.agent.kernel.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// What is said to all programs of one life at once (`struct gh_control`). Mapped, so a word holds for the next program
/// that runs. Any thread may use it.
final class Control implements AutoCloseable {
    private static final long WITHOUT_END = -1; // unsigned: after every time

    private final MappedMap words;

    Control(MappedMap words) {
        this.words = words;
    }

    static Control pinned(Path pin) {
        return new Control(MappedMap.pinned(pin));
    }

    /// Whether this agent understands the other maps of that life.
    boolean isOfOurVersion() {
        return words.half(Wire.Control.VERSION) == Wire.VERSION;
    }

    void begin(int hostRootDev) {
        words.half(Wire.Control.HOST_ROOT_DEV, hostRootDev);
        words.half(Wire.Control.VERSION, Wire.VERSION);
    }

    // ---- the agent that lives

    /// Whether the kernel has seen the end of this life's agent, or none ever took office.
    boolean isWithoutAgent() {
        return words.half(Wire.Control.AGENT) == 0;
    }

    void leaveOffice() {
        words.half(Wire.Control.HOLDS, 0);
        words.half(Wire.Control.AGENT, 0);
    }

    void hold(boolean holds) {
        words.half(Wire.Control.HOLDS, holds ? 1 : 0);
    }

    boolean holds() {
        return words.half(Wire.Control.HOLDS) != 0;
    }

    /// @param rules number of the rules for containers that start while no agent lives; 0: none
    void defaultRules(int rules) {
        words.half(Wire.Control.DEFAULT_RULES, rules);
    }

    int nextCensus() {
        int next = words.half(Wire.Control.CENSUS) + 1;
        words.half(Wire.Control.CENSUS, next);
        return next;
    }

    /// Takes every program of this life out of force at once.
    void retire() {
        words.half(Wire.Control.RETIRED, 1);
    }

    boolean isRetired() {
        return words.half(Wire.Control.RETIRED) != 0;
    }

    // ---- what was heard of

    /// What an agent has told until some moment, so that the next knows what happened without one.
    ///
    /// @param aliveNs of that moment, CLOCK_BOOTTIME; 0: never
    record Heard(long aliveNs, long refused, long killed, long lost) {}

    void heard(Heard heard) {
        words.word(Wire.Control.TOLD_REFUSED, heard.refused());
        words.word(Wire.Control.TOLD_KILLED, heard.killed());
        words.word(Wire.Control.TOLD_LOST, heard.lost());
        words.word(Wire.Control.ALIVE_NS, heard.aliveNs());
    }

    Heard heard() {
        return new Heard(
                words.word(Wire.Control.ALIVE_NS),
                words.word(Wire.Control.TOLD_REFUSED),
                words.word(Wire.Control.TOLD_KILLED),
                words.word(Wire.Control.TOLD_LOST));
    }

    // ---- the brake

    /// Whether every verdict is a report now.
    boolean isBraked() {
        long until = words.word(Wire.Control.BRAKED_UNTIL_NS);
        return until != 0 && Long.compareUnsigned(BootClock.nanos(), until) < 0;
    }

    Optional<Brake> brake() {
        if (!isBraked()) {
            return Optional.empty();
        }
        long until = words.word(Wire.Control.BRAKED_UNTIL_NS);
        return Optional.of(new Brake(
                words.text(Wire.Control.BRAKE_REASON, Wire.Control.REASON_CAPACITY),
                Instant.ofEpochMilli(words.word(Wire.Control.BRAKED_AT_MS)),
                until == WITHOUT_END
                        ? Optional.empty()
                        : Optional.of(BootClock.timeOfDay(until).truncatedTo(ChronoUnit.SECONDS))));
    }

    /// Puts the brake on; the word that does it comes last.
    void brake(String reason, Optional<Duration> lasting, Instant now) {
        words.text(Wire.Control.BRAKE_REASON, Wire.Control.REASON_CAPACITY, reason);
        words.word(Wire.Control.BRAKED_AT_MS, now.toEpochMilli());
        words.word(
                Wire.Control.BRAKED_UNTIL_NS,
                lasting.map(time -> BootClock.nanos() + time.toNanos()).orElse(WITHOUT_END));
    }

    void unbrake(Instant now) {
        words.word(Wire.Control.BRAKED_UNTIL_NS, 0);
        words.word(Wire.Control.BRAKED_AT_MS, now.toEpochMilli());
    }

    /// Takes the brake over as the life before has it, if that was touched later.
    void brakeAs(Control before) {
        if (before.words.word(Wire.Control.BRAKED_AT_MS) <= words.word(Wire.Control.BRAKED_AT_MS)) {
            return;
        }
        words.text(
                Wire.Control.BRAKE_REASON,
                Wire.Control.REASON_CAPACITY,
                before.words.text(Wire.Control.BRAKE_REASON, Wire.Control.REASON_CAPACITY));
        words.word(Wire.Control.BRAKED_AT_MS, before.words.word(Wire.Control.BRAKED_AT_MS));
        words.word(Wire.Control.BRAKED_UNTIL_NS, before.words.word(Wire.Control.BRAKED_UNTIL_NS));
    }

    @Override
    public void close() {
        words.close();
    }
}
