// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.AccountEntry;
import io.gatehouse.events.capture.CaptureVisitor;
import io.gatehouse.events.capture.CaptureWriter;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import io.gatehouse.events.capture.DescriptorEntry;
import io.gatehouse.events.capture.DescriptorEntry.Kind;
import io.gatehouse.events.capture.ForSysdig;
import io.gatehouse.events.capture.InterfaceEntry;
import io.gatehouse.events.capture.MachineEntry;
import io.gatehouse.events.capture.ProcessEntry;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.state.Container.Image;
import io.gatehouse.events.state.Container.Mount;
import io.gatehouse.events.state.Container.Probe;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PortraitTest {
    private static final int CLOSE = 5;
    private static final String ID = "0123456789ab";
    private static final String GROUP = "cpu=/docker/" + ID.repeat(5) + "0123";

    private final List<String> told = new ArrayList<>();

    private final CaptureVisitor telling = new CaptureVisitor() {
        @Override
        public void machine(MachineEntry machine) {
            told.add(machine.toString());
        }

        @Override
        public void process(ProcessEntry process) {
            told.add(process.toString());
        }

        @Override
        public void descriptor(DescriptorEntry descriptor) {
            told.add(descriptor.toString());
        }

        @Override
        public void account(AccountEntry account) {
            told.add(account.toString());
        }

        @Override
        public void networkInterface(InterfaceEntry networkInterface) {
            told.add(networkInterface.toString());
        }

        @Override
        public void stateOnly(Event event) {
            told.add(event.text(0));
        }

        @Override
        public boolean event(Event event) {
            return true;
        }
    };

    private static State machine() {
        var state = new State(Limits.DEFAULT);
        var inventory = state.inventory();
        inventory.machine(new MachineEntry(4, 1 << 30, 32_768, "node1", 1_700_000_000_000_000_000L));
        inventory.account(new AccountEntry.User(1000, 100, "ann", "/home/ann", "/bin/sh"));
        inventory.account(new AccountEntry.Group(100, "users"));
        inventory.networkInterface(
                new InterfaceEntry(InterfaceEntry.IPV4, "eth0", "\12\0\0\5", "\377\377\377\0", "\12\0\0\377", 0));
        inventory.process(process(1, 0, "init", "/"));
        inventory.process(process(77, 1, "nc", "/srv"));
        inventory.descriptor(descriptor(77, 3, Kind.FILE_V2, "/etc/passwd"));
        inventory.descriptor(descriptor(77, 4, Kind.MEMFD, "blob"));
        inventory.descriptor(descriptor(77, 5, Kind.UNIX_SOCKET, "/run/x.sock"));
        inventory.descriptor(socket(6, Kind.IPV4_SERVER, 80, null, 0));
        inventory.descriptor(socket(7, Kind.IPV4_SOCKET, 80, "\12\0\0\11", 5555));
        inventory.descriptor(socket(8, Kind.IPV4_SOCKET, 6666, "\12\0\0\11", 443));
        state.machine().containers().put(container());
        state.apply(close());
        return state;
    }

    private static Event close() {
        var bytes = new byte[16];
        bytes[8] = 99;
        return new Event()
                .begin(CLOSE, 1, 1_700_000_001_000_000_000L, 77, 0, bytes)
                .param(0, 8)
                .param(8, 8);
    }

    private static ProcessEntry process(long tid, long ptid, String name, String cwd) {
        return new ProcessEntry(
                tid,
                tid,
                ptid,
                1,
                1,
                1,
                tid,
                tid,
                name,
                "/bin/" + name,
                "/usr/bin/" + name,
                List.of("-l", "80"),
                cwd,
                "/",
                List.of("A=b"),
                tid == 1 ? List.of() : List.of(GROUP),
                1024,
                0,
                1000,
                100,
                1000,
                1,
                2,
                3,
                4,
                5,
                6,
                34_816,
                true,
                false,
                true,
                false,
                12,
                13,
                14,
                0,
                1,
                2);
    }

    private static DescriptorEntry descriptor(long tid, long number, int kind, String name) {
        return new DescriptorEntry(tid, number, 9, kind, name, 0, 0, 0, null, 0, null, 0, 0, 0);
    }

    private static DescriptorEntry socket(long number, int kind, int port, String far, int farPort) {
        return new DescriptorEntry(77, number, 9, kind, "", 0, 0, 2, "\12\0\0\5", port, far, farPort, 0, 0);
    }

    private static Container container() {
        return new Container.Facts(ID, Container.Kind.DOCKER)
                .fullId(ID.repeat(5) + "0123")
                .name("we\"b\\\n")
                .image(new Image("reg/web:1", "sha", "reg/web", "1", "sha256:0"))
                .privileged(true)
                .shares(true, false, true)
                .ip("10.0.0.7")
                .user("ann")
                .mounts(List.of(new Mount("/a", "/b", "ro", false, "rslave")))
                .labels(Map.of("app", "shop"))
                .environment(List.of("A=b"))
                .probes(List.of(new Probe(Probe.Purpose.LIVENESS, "curl", List.of("-f", "x"))))
                .createdSeconds(1_700_000_000)
                .done();
    }

    private static byte[] file(State state, boolean forSysdig) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var writer = CaptureWriter.to(bytes, Packing.NONE)) {
            CaptureVisitor to = forSysdig ? new ForSysdig(writer) : writer;
            to.section();
            Portrait.tell(state.machine(), 1_700_000_001_000_000_000L, to);
            to.event(close());
        }
        return bytes.toByteArray();
    }

    @Test
    void a_machine_that_was_told_and_read_tells_the_same_of_itself() throws IOException {
        var before = machine();
        Portrait.tell(before.machine(), 0, telling);
        var expected = List.copyOf(told);
        told.clear();

        CaptureScenes.read(new ByteArrayInputStream(file(before, false)), Limits.DEFAULT, scene -> {
            Portrait.tell(scene.machine(), 0, telling);
            return true;
        });

        assertEquals(expected, told);
        assertEquals(1 + 2 + 1 + 2 + 6 + 1, told.size() - rootAccounts(), String.join("\n", told));
    }

    private long rootAccounts() {
        return told.stream().filter(line -> line.contains("name=root")).count();
    }

    @Test
    void who_reads_it_knows_the_container_the_ends_of_sockets_and_the_parent() throws IOException {
        var seen = new ArrayList<String>();
        CaptureScenes.read(new ByteArrayInputStream(file(machine(), false)), Limits.DEFAULT, scene -> {
            var task = scene.task();
            var container = task.container();
            seen.add(container.name() + " " + container.image().repository() + " " + container.mountsText() + " "
                    + container.labels() + " " + container.probes());
            seen.add(task.parent().comm() + " " + task.cwd() + " "
                    + task.parent().user().name());
            for (int number = 6; number < 9; number++) {
                var descriptor = task.descriptor(number);
                seen.add(descriptor.name() + (descriptor.isServer() ? " server" : " client"));
            }
            return true;
        });

        assertEquals(
                List.of(
                        "we\"b\\\n reg/web /a:/b:ro:false:rslave {app=shop} "
                                + container().probes(),
                        "init /srv/ ann",
                        "10.0.0.5:80" + role(6),
                        "10.0.0.9:5555->10.0.0.5:80 server",
                        "10.0.0.5:6666->10.0.0.9:443 client"),
                seen);
    }

    /// A socket that only listens has no role until somebody binds it before our eyes.
    private static String role(int number) {
        return machine().machine().task(77).descriptor(number).isServer() ? " server" : " client";
    }

    @Test
    void for_old_readers_a_younger_kind_of_descriptor_keeps_its_name_alone() throws IOException {
        var kinds = new ArrayList<Optional<DescriptorKind>>();
        for (boolean old : new boolean[] {false, true}) {
            CaptureScenes.read(new ByteArrayInputStream(file(machine(), old)), Limits.DEFAULT, scene -> {
                var descriptor = scene.task().descriptor(4);
                assertEquals("blob", descriptor.name());
                kinds.add(Optional.of(descriptor.kind()));
                return true;
            });
        }
        assertEquals(List.of(Optional.of(DescriptorKind.MEMFD), Optional.of(DescriptorKind.UNSUPPORTED)), kinds);
    }

    @Test
    void for_old_readers_calls_younger_than_they_are_are_left_out_and_counted() {
        var passed = new ArrayList<Long>();
        var old = new ForSysdig(event -> passed.add(event.number(0)));
        for (int call : new int[] {0, 329, 330, 384}) {
            assertTrue(old.event(new Event()
                    .begin(1, 1, 1, 1, 0, new byte[] {(byte) call, (byte) (call >> 8)})
                    .param(0, 2)));
        }
        assertEquals(List.of(0L, 329L), passed);
        assertEquals(2, old.leftOut());
    }
}
