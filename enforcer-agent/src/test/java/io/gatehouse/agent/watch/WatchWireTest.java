// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.agent.kernel.CompiledTypes;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.schemas.event.Call;
import io.gatehouse.schemas.event.CallTable;
import io.gatehouse.schemas.event.Capture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Java's layouts are those that clang compiled into the watching object.
class WatchWireTest {
    private static CompiledTypes types;

    @BeforeAll
    static void read_the_compiled_types() throws IOException {
        types = CompiledTypes.of("watch");
    }

    @Test
    void what_a_call_is_told_by_is_laid_out_as_java_writes_it() {
        types.size("gh_watch_call", WatchWire.Call.SIZE);
        types.offset("gh_watch_call.wanted", WatchWire.Call.WANTED);
        types.offset("gh_watch_call.open_flags", WatchWire.Call.OPEN_FLAGS);
        types.offset("gh_watch_call.sieve", WatchWire.Call.SIEVE);
        types.offset("gh_watch_call.sieve_arg", WatchWire.Call.SIEVE_ARG);
        types.offset("gh_watch_call.files", WatchWire.Call.FILES);
        types.offset("gh_watch_call.cwd", WatchWire.Call.CWD);
        types.offset("gh_watch_call.snap_shift", WatchWire.Call.SNAP_SHIFT);
        types.offset("gh_watch_call.capture", WatchWire.Call.CAPTURE);
        types.offset("gh_watch_call.length", WatchWire.Call.LENGTH);
        types.offset("gh_watch_call.own", WatchWire.Call.OWN);
    }

    @Test
    void the_other_maps_are_laid_out_as_java_writes_them() {
        types.size("gh_watch_sieve_key", WatchWire.SieveKey.SIZE);
        types.offset("gh_watch_sieve_key.generation", WatchWire.SieveKey.GENERATION);
        types.size("gh_watch_control", WatchWire.Control.SIZE);
        types.offset("gh_watch_control.generation", WatchWire.Control.GENERATION);
        types.offset("gh_watch_control.agent_pid", WatchWire.Control.AGENT_PID);
        types.offset("gh_watch_control.exec_args_bytes", WatchWire.Control.EXEC_ARGS_BYTES);
        types.offset("gh_watch_control.exec_env_bytes", WatchWire.Control.EXEC_ENV_BYTES);
        types.offset("gh_watch_control.wake_bytes", WatchWire.Control.WAKE_BYTES);
    }

    /// A number put where C has a field comes out of the record's accessor, and of no other place.
    @Test
    void the_head_of_a_record_is_laid_out_as_java_reads_it() {
        types.size("gh_watch_head", LiveRecord.HEAD_BYTES);
        types.size("gh_watch_section", 8);
        types.offset("gh_watch_section.tag", 0);
        types.offset("gh_watch_section.len", 2);
        types.offset("gh_watch_section.whole", 4);
        isAt("kind", offsetBy(LiveRecord::kind, Short.BYTES));
        isAt("time_ns", offsetBy(LiveRecord::timeNanos, Long.BYTES));
        isAt("cgroup", offsetBy(LiveRecord::cgroup, Long.BYTES));
        isAt("start_ns", offsetBy(LiveRecord::startNanos, Long.BYTES));
        isAt("group_start_ns", offsetBy(LiveRecord::processStartNanos, Long.BYTES));
        isAt("parent_start_ns", offsetBy(LiveRecord::parentStartNanos, Long.BYTES));
        isAt("tid", offsetBy(LiveRecord::tid, Integer.BYTES));
        isAt("pid", offsetBy(LiveRecord::pid, Integer.BYTES));
        isAt("ppid", offsetBy(LiveRecord::parentPid, Integer.BYTES));
        isAt("vtid", offsetBy(LiveRecord::virtualTid, Integer.BYTES));
        isAt("vpid", offsetBy(LiveRecord::virtualPid, Integer.BYTES));
        isAt("sid", offsetBy(LiveRecord::sessionId, Integer.BYTES));
        isAt("pgid", offsetBy(LiveRecord::processGroupId, Integer.BYTES));
        isAt("vsid", offsetBy(LiveRecord::virtualSessionId, Integer.BYTES));
        isAt("vpgid", offsetBy(LiveRecord::virtualProcessGroupId, Integer.BYTES));
        isAt("uid", offsetBy(LiveRecord::uid, Integer.BYTES));
        isAt("gid", offsetBy(LiveRecord::gid, Integer.BYTES));
        isAt("loginuid", offsetBy(LiveRecord::loginuid, Integer.BYTES));
        isAt("tty", offsetBy(LiveRecord::tty, Integer.BYTES));
        isAt("mnt_ns", offsetBy(LiveRecord::mountNamespace, Integer.BYTES));
        isAt("pid_ns", offsetBy(LiveRecord::pidNamespace, Integer.BYTES));
        isAt("cpu", offsetBy(LiveRecord::cpu, Integer.BYTES));
        isAt("cap_inheritable", offsetBy(LiveRecord::capInheritable, Long.BYTES));
        isAt("cap_permitted", offsetBy(LiveRecord::capPermitted, Long.BYTES));
        isAt("cap_effective", offsetBy(LiveRecord::capEffective, Long.BYTES));
        isAt("result", offsetBy(LiveRecord::result, Long.BYTES));
        isAt("args", offsetBy(record -> record.argument(0), Long.BYTES));
        isAt("call", offsetBy(LiveRecord::call, Integer.BYTES));
        isAt(
                "comm",
                offsetBy(record -> record.comm().isEmpty() ? 0 : record.comm().charAt(0), 1));
    }

    private static void isAt(String member, int offset) {
        types.offset("gh_watch_head." + member, offset);
    }

    /// The one place of a head from where an accessor takes a number of so many bytes.
    private static int offsetBy(ToLongFunction<LiveRecord> accessor, int size) {
        int found = -1;
        for (int at = 0; at + size <= LiveRecord.HEAD_BYTES; at += size) {
            var bytes = new byte[LiveRecord.HEAD_BYTES];
            var head = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            head.putInt(0, LiveRecord.HEAD_BYTES);
            head.putShort(4, (short) LiveRecord.EXIT);
            for (int i = 0; i < size; i++) {
                head.put(at + i, (byte) 1);
            }
            var record = new LiveRecord();
            record.begin(bytes, LiveRecord.HEAD_BYTES);
            if (accessor.applyAsLong(record) == (0x0101010101010101L >>> 64 - 8 * size)) {
                assertEquals(-1, found, "two places");
                found = at;
            }
        }
        assertTrue(found >= 0, "no place");
        return found;
    }

    @Test
    void numbered_things_have_one_number_on_both_sides() {
        for (var counter : WatchCounter.values()) {
            if (counter.isOfKernel()) {
                types.value("GH_WATCH_STAT_" + counter.name(), counter.ordinal());
            }
        }
        assertEquals(
                types.valuesThatStartWith("GH_WATCH_STAT_").size() - 1,
                WatchCounter.CONTRADICTORY.ordinal(),
                "all but the number of them");
        for (var place : Place.values()) {
            types.value("GH_WATCH_" + place.name(), place.code());
        }
        for (var carrier : Carrier.values()) {
            types.value("GH_WATCH_" + carrier.name(), carrier.ordinal());
        }
        for (var capture : Capture.values()) {
            types.value("GH_WATCH_" + capture.name(), capture.code());
        }
        types.value("GH_WATCH_NO_SIEVE", Call.Sieve.NONE.code());
        types.value("GH_WATCH_SIEVE_PATH", Call.Sieve.PATH.code());
        types.value("GH_WATCH_SIEVE_SOCKET", Call.Sieve.SOCKET.code());
        types.value("GH_WATCH_LEN_RESULT", Capture.BY_RESULT);
        types.value("GH_WATCH_LEN_POINTER", Capture.BY_POINTER);
        types.value("GH_WATCH_LEN_FIXED", Capture.FIXED_LENGTH);
        types.value("GH_WATCH_ARGS", WatchWire.ARGUMENTS);
        types.value("GH_WATCH_CALLS", WatchWire.CALLS);
        types.value("GH_WATCH_COMPAT", CallTable.COMPAT);
        types.value("GH_WATCH_RECORD", WatchWire.RECORD_BYTES);
        types.value("GH_WATCH_SNAP", WatchWire.SNAP_BYTES);
        types.value("GH_WATCH_CALL", LiveRecord.CALL);
        types.value("GH_WATCH_EXEC", LiveRecord.EXEC);
        types.value("GH_WATCH_FORK", LiveRecord.FORK);
        types.value("GH_WATCH_EXIT", LiveRecord.EXIT);
        types.value("GH_WATCH_URING", LiveRecord.FACT_URING);
        types.value("GH_WATCH_COMPAT_TASK", LiveRecord.FACT_COMPAT);
        types.value("GH_WATCH_UNREAD", LiveRecord.FACT_UNREAD);
        types.value("GH_WATCH_CUT", LiveRecord.FACT_CUT);
        types.value("GH_WATCH_CGROUP_NEW", LiveRecord.FACT_CGROUP_NEW);
        types.value("GH_WATCH_KERNEL_THREAD", LiveRecord.FACT_KERNEL_THREAD);
        types.value("GH_WATCH_REAPER", LiveRecord.FACT_REAPER);
        types.value("GH_WATCH_ARG", LiveRecord.ARG);
        types.value("GH_WATCH_FILE", LiveRecord.FILE);
        types.value("GH_WATCH_SOCKET", LiveRecord.SOCKET);
        types.value("GH_WATCH_CWD", LiveRecord.CWD);
        types.value("GH_WATCH_ROOT", LiveRecord.ROOT);
        types.value("GH_WATCH_EXE", LiveRecord.EXE);
        types.value("GH_WATCH_WORDS_OF", LiveRecord.WORDS);
        types.value("GH_WATCH_ENV", LiveRecord.ENV);
        types.value("GH_WATCH_ASKED", LiveRecord.ASKED);
        types.value("GH_WATCH_SIEVE_KEY", LiveRecord.SIEVE_KEY);
        types.value("GH_WATCH_MORE", LiveRecord.MORE);
    }
}
