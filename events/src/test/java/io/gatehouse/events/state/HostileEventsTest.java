// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Trait;
import io.gatehouse.schemas.event.ParamType;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever events say, the machine keeps within its limits and its own accounts stay right.
class HostileEventsTest {
    private static final Limits LIMITS = new Limits(40, 12, 150, 5, 20, 20_000, 300, 400);
    private static final List<String> FREQUENT = List.of(
            "clone",
            "vfork",
            "execve",
            "procexit",
            "open",
            "openat",
            "close",
            "dup2",
            "dup3",
            "fcntl",
            "socket",
            "bind",
            "connect",
            "accept4",
            "sendto",
            "recvfrom",
            "pipe",
            "close_range",
            "prctl",
            "chdir",
            "setns");

    private final long seed = Long.getLong("gatehouse.seed", 1);
    private final Random random = new Random(seed);

    @Test
    void limits_hold_and_counts_are_right() {
        System.out.println("gatehouse.seed=" + seed);
        var state = new State(LIMITS);
        long time = 0;
        for (int i = 0; i < 60_000; i++) {
            time += random.nextInt(50) == 0 ? 3_000_000_000L : random.nextInt(1_000);
            state.apply(event(time));
            if (i % 200 == 0) {
                check(state.machine(), "seed " + seed + ", event " + i);
            }
        }
        for (var task : state.machine().allTasks()) {
            state.machine().forget(task.tid());
        }
        assertEquals(0, state.machine().descriptorCount(), "seed " + seed);
        assertEquals(0, state.machine().groupCount(), "seed " + seed);
        assertEquals(0, state.machine().taskCount(), "seed " + seed);
        assertEquals(0, state.machine().textChars(), "seed " + seed);
    }

    private static void check(Machine machine, String said) {
        assertTrue(machine.taskCount() <= LIMITS.tasks(), said);
        assertTrue(machine.containers().size() <= LIMITS.containers(), said);
        assertTrue(machine.accounts().size() <= LIMITS.accounts(), said);
        assertTrue(machine.descriptorCount() <= LIMITS.descriptors(), said);
        assertTrue(machine.groupCount() <= machine.taskCount(), said);
        int descriptors = 0;
        long chars = 0;
        var seen = new IdentityHashMap<Object, Boolean>();
        for (var task : machine.allTasks()) {
            chars += task.asked == null ? 0 : task.asked.weight();
            chars += seen.put(task.program, true) == null ? task.program.weight() : 0;
            chars += seen.put(task.cgroups, true) == null ? task.cgroups.weight() : 0;
            if (task.ownDescriptors != null) {
                assertTrue(task.ownDescriptors.size() <= LIMITS.descriptorsOfATask(), said);
                descriptors += task.ownDescriptors.size();
                for (var descriptor : task.ownDescriptors.all()) {
                    chars += seen.put(descriptor, true) == null ? descriptor.charged : 0;
                }
            }
            checkFamily(task, said);
        }
        assertEquals(descriptors, machine.descriptorCount(), said);
        assertEquals(chars, machine.textChars(), said);
    }

    private static void checkFamily(Task task, String said) {
        for (var child = task.firstChild; child != null; child = child.nextSibling) {
            assertEquals(task, child.parentInList, said);
        }
        if (task.group != null) {
            int alive = 0;
            boolean isIn = false;
            for (var thread = task.group.first(); thread != null; thread = thread.nextInGroup) {
                alive += thread.hasEnded() ? 0 : 1;
                isIn |= thread == task;
            }
            assertTrue(isIn, said);
            assertEquals(alive, task.group.alive(), said);
        }
    }

    private Event event(long time) {
        var types = EventTable.current().all();
        var type = types.get(random.nextInt(types.size()));
        if (random.nextInt(10) < 7) {
            var name = FREQUENT.get(random.nextInt(FREQUENT.size()));
            var direction = name.equals("procexit") || random.nextInt(8) == 0 ? Direction.ENTER : Direction.EXIT;
            type = types.stream()
                    .filter(it -> it.name().equals(name) && it.direction() == direction && !it.is(Trait.UNUSED))
                    .reduce((older, newer) -> newer)
                    .orElse(type);
        }
        var bytes = new ByteArrayOutputStream();
        int count = random.nextInt(10) == 0
                ? random.nextInt(type.params().size() + 1)
                : type.params().size();
        var offsets = new int[count + 1];
        for (int i = 0; i < count; i++) {
            bytes.writeBytes(param(type.params().get(i).type()));
            offsets[i + 1] = bytes.size();
        }
        var event = new Event().begin(type.code(), 1, time, id(), 0, bytes.toByteArray());
        for (int i = 0; i < count; i++) {
            event.param(offsets[i], offsets[i + 1] - offsets[i]);
        }
        return event;
    }

    private long id() {
        return switch (random.nextInt(20)) {
            case 0 -> random.nextLong();
            case 1 -> -1;
            default -> random.nextInt(60);
        };
    }

    private byte[] param(ParamType type) {
        if (random.nextInt(12) == 0) {
            return new byte[random.nextInt(12)];
        }
        return switch (type) {
            case SOCKADDR, SOCKTUPLE -> address(type == ParamType.SOCKTUPLE);
            case FLAGS32, FLAGS16, FLAGS8 ->
                Watched.little(random.nextInt(3) == 0 ? random.nextInt() : 0, type.bytes());
            default -> type.isNumber() ? Watched.little(id(), type.bytes()) : text();
        };
    }

    private byte[] address(boolean both) {
        int family = List.of(1, 2, 10, 16).get(random.nextInt(4));
        int size = family == 2 ? (both ? 13 : 7) : family == 10 ? (both ? 37 : 19) : both ? 20 : 8;
        var address = new byte[random.nextInt(15) == 0 ? random.nextInt(size + 1) : size];
        for (int i = 1; i < address.length; i++) {
            address[i] = (byte) random.nextInt(3);
        }
        if (address.length > 0) {
            address[0] = (byte) family;
            address[address.length - 1] = address.length == 1 ? (byte) family : 0;
        }
        return address;
    }

    private byte[] text() {
        var text = new byte[random.nextInt(6) == 0 ? random.nextInt(900) : random.nextInt(20)];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) "ab/.=\0-{".charAt(random.nextInt(8));
        }
        return text;
    }

    @Test
    void a_long_line_of_parents_does_not_slow_their_ends_down() {
        var host = new Watched();
        int tasks = 50_000;
        for (int pid = 2; pid < tasks; pid++) {
            host.withProcess(pid, pid - 1, "x");
        }
        assertTimeout(Duration.ofSeconds(30), () -> {
            for (int pid = tasks - 2; pid > tasks / 2; pid--) {
                host.end(pid);
            }
        });
        assertTrue(host.machine().taskCount() < tasks);
    }
}
