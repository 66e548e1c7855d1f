// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.schemas.event.Call.Sieve;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Origin;
import io.gatehouse.schemas.event.EventType.Trait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallTableTest {
    private static final CallTable TABLE = CallTable.current();
    private static final Path HEADERS = Path.of("/usr/include/x86_64-linux-gnu/asm");

    private static Call call(String name) {
        return TABLE.all().stream()
                .filter(call -> call.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void every_event_that_a_system_call_makes_today_is_made_by_one() {
        var missing = EventTable.current().all().stream()
                .filter(type -> type.direction() == Direction.EXIT && type.origin() == Origin.SYSCALL)
                .filter(type -> !type.is(Trait.OLD_VERSION) && !type.is(Trait.UNUSED))
                .filter(type -> TABLE.ofEvent(type.code()).isEmpty())
                .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void no_call_becomes_an_event_of_an_older_form() {
        for (var call : TABLE.all()) {
            var type = EventTable.current().byCode(call.eventCode());
            assertFalse(type.is(Trait.OLD_VERSION) || type.is(Trait.UNUSED), call.name());
            assertEquals(Direction.EXIT, type.direction(), call.name());
        }
    }

    @Test
    void every_parameter_has_a_source_whose_form_fits() {
        for (var call : TABLE.all()) {
            var params = EventTable.current().byCode(call.eventCode()).params();
            assertEquals(params.size(), call.params().size(), call.name());
            for (int i = 0; i < params.size(); i++) {
                assertTrue(
                        call.params().get(i).from().form().fits(params.get(i).type()),
                        call.name() + " " + params.get(i).name());
            }
        }
    }

    @Test
    void a_text_with_two_calls_of_one_number_is_refused() {
        var error = assertThrows(
                IllegalStateException.class,
                () -> CallText.read(List.of("getpid 39 172 20 20 -", "gettid 39 178 224 224 -"), false));
        assertTrue(error.getMessage().contains("39"), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "close 3 57 6 6 5 |  res=result | no source of fd",
                "close 3 57 6 6 5 |  fd=int:0 res=result | fd=int:0 stands where res should",
                "close 3 57 6 6 5 |  res=result fd=text:0 | fd=text:0 does not fit FD",
                "close 3 57 6 6 5 |  res=result fd=int:0 more=arg:1 | no parameter more=arg:1",
                "close 3 57 6 6 5 |  res=result fd=@nowhere:0 | no table is called nowhere",
                "close 3 57 6 6 5 |  res=result fd=int:0:1 | says more than it may",
                "chdir 80 49 12 12 95 wd=always |  res=result path=path:0 | no option is called wd",
                "rename 82 - 38 38 175 |  res=result oldpath=path:0 newpath=whole:0+4/4 | does not fit FSPATH",
            })
    void a_text_that_is_wrong_is_refused_with_what_is_wrong(String heading, String body, String why) {
        var error = assertThrows(
                IllegalStateException.class, () -> CallText.read(List.of(heading, "  " + body.strip()), false));
        assertTrue(error.getCause().getMessage().contains(why), error.getCause().getMessage());
    }

    @Test
    void a_call_is_found_by_its_number_and_by_that_of_the_32_bit_entry() {
        var openat = call("openat");
        assertEquals(openat, TABLE.byIndex(openat.number()));
        assertEquals(openat, TABLE.byIndex(CallTable.COMPAT + openat.number32()));
        for (var call : TABLE.all()) {
            for (int index : CallTable.indexes(call)) {
                assertEquals(call, TABLE.byIndex(index));
            }
        }
        assertNull(TABLE.byIndex(-1));
        assertNull(TABLE.byIndex(511));
        assertNull(TABLE.byIndex(1 << 20));
    }

    @Test
    void calls_of_one_event_are_found_by_it() {
        assertEquals(List.of(call("openat")), TABLE.ofEvent(307));
        assertEquals(List.of(call("mmap"), call("old_mmap")), TABLE.ofEvent(161));
        assertTrue(TABLE.ofEvent(Call.GENERIC).contains(call("acct")));
    }

    // What the kernel has to tell

    @Test
    void what_the_kernel_tells_follows_from_the_sources() {
        var openat = call("openat");
        assertEquals(Capture.STRING, openat.captures().get(1));
        assertEquals(1 << Source.RESULT | 1, openat.files());
        assertEquals(1, openat.cwd());
        assertEquals(2, openat.openFlagsArgument());
        assertEquals(Sieve.PATH, openat.sieve());
        assertEquals(1, openat.sieveArgument());

        var sendto = call("sendto");
        assertEquals(Capture.BYTES, sendto.captures().get(1));
        assertEquals(2, sendto.length(1));
        assertEquals(Capture.ADDRESS, sendto.captures().get(4));
        assertEquals(5, sendto.length(4));
        assertEquals(1, sendto.files());
        assertEquals(0, sendto.cwd());
        assertEquals(-1, sendto.openFlagsArgument());

        var recvfrom = call("recvfrom");
        assertEquals(Capture.BY_RESULT, recvfrom.length(1));
        assertEquals(Capture.BY_POINTER + 5, recvfrom.length(4));

        var openat2 = call("openat2");
        assertEquals(Capture.FIXED, openat2.captures().get(2));
        assertEquals(Capture.FIXED_LENGTH + 24, openat2.length(2));
        assertEquals(2, openat2.openFlagsArgument());

        assertEquals(2, call("chdir").cwd());
        assertEquals(Capture.ARGV, call("execve").captures().get(1));
        assertEquals(Capture.MESSAGE, call("sendmsg").captures().get(1));
        assertEquals(Capture.BY_RESULT, call("recvmsg").length(1));
        assertEquals(0, call("recvmmsg").length(1));
        assertEquals(Capture.VECTOR, call("writev").captures().get(1));
        assertEquals(Capture.FIXED_LENGTH + 16, call("getrlimit").length(1));
    }

    @Test
    void a_generic_call_asks_the_kernel_for_nothing() {
        var acct = call("acct");
        assertTrue(acct.isGeneric());
        assertEquals(0, acct.files());
        assertEquals(0, acct.cwd());
        assertTrue(acct.captures().stream().allMatch(capture -> capture == Capture.NOTHING));
        assertEquals("acct", SyscallNames.of(acct.syscallId(), -1));
    }

    @Test
    void values_of_the_kernel_become_those_of_the_format() {
        var flags = call("clone").params().get(15);
        assertEquals(1 << 15 | 1 << 13 | 1, flags.values().toFormat(0x100 | 0x10000 | 0x400));
        var request = call("ptrace").params().get(3);
        assertEquals(11, request.values().toFormat(16));
        assertEquals(0, request.values().toFormat(12345));
        var mode = call("access").params().get(2);
        assertEquals(6, mode.values().toFormat(6 | 1 << 30));
    }

    @Test
    void the_text_is_read_for_arm64_with_its_own_values() {
        var lines = Resource.lines(CallTable.RESOURCE);
        var arm = openat(CallText.read(lines, true));
        var x86 = openat(CallText.read(lines, false));
        int directory = 1 << 10;
        assertEquals(directory, arm.toFormat(0x4000));
        assertEquals(directory, x86.toFormat(0x10000));
    }

    private static KernelValues openat(CallTable table) {
        return table.ofEvent(307).getFirst().params().get(3).values();
    }

    // The machine's own headers

    private static Map<String, Integer> header(String file) throws IOException {
        var path = HEADERS.resolve(file);
        assumeTrue(Files.exists(path), path + " is not installed");
        var numbers = new HashMap<String, Integer>();
        var matcher = Pattern.compile("#define __NR_(\\w+) (\\d+)").matcher(Files.readString(path));
        while (matcher.find()) {
            numbers.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
        }
        return numbers;
    }

    @Test
    void the_numbers_of_x86_64_are_those_of_the_headers() throws IOException {
        var table = TABLE.all().stream()
                .filter(call -> call.numbers().x86() >= 0)
                .collect(Collectors.toMap(Call::name, call -> call.numbers().x86()));
        header("unistd_64.h").forEach((name, number) -> assertEquals(number, table.get(name), name));
    }

    @Test
    void every_number_of_the_32_bit_entry_is_a_call() throws IOException {
        var known = TABLE.all().stream()
                .flatMap(call -> call.numbers().i386().stream())
                .collect(Collectors.toSet());
        var missing = new TreeSet<>(header("unistd_32.h").values());
        missing.removeAll(known);
        assertEquals(new TreeSet<Integer>(), missing);
    }

    @Test
    void a_32_bit_call_of_the_same_name_is_the_same_call() throws IOException {
        var header = header("unistd_32.h");
        var other = List.of("mmap", "getresuid", "getresgid"); // their arguments have another form there
        for (var call : TABLE.all()) {
            var number = header.get(call.name());
            if (number != null && !other.contains(call.name())) {
                assertTrue(call.numbers().i386().contains(number), call.name());
            }
        }
    }

    @Test
    void the_numbers_of_arm64_are_those_of_the_generic_header() throws IOException {
        var path = Path.of("/usr/include/asm-generic/unistd.h");
        assumeTrue(Files.exists(path), path + " is not installed");
        var arm = TABLE.all().stream()
                .filter(call -> call.numbers().arm64() >= 0)
                .collect(Collectors.toMap(Call::name, call -> call.numbers().arm64()));
        var matcher = Pattern.compile("#define __NR_(\\w+) (\\d+)\\s").matcher(Files.readString(path));
        int found = 0;
        while (matcher.find()) {
            var name = matcher.group(1);
            if (arm.containsKey(name)) {
                assertEquals(Integer.parseInt(matcher.group(2)), arm.get(name), name);
                found++;
            }
        }
        assertTrue(found > 250, "found only " + found);
    }
}
