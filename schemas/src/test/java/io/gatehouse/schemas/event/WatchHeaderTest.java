// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.schemas.event.Call.Sieve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The codes that the kernel is asked with are those of its header.
class WatchHeaderTest {
    private static final Path HEADER = Path.of("enforcer-agent/src/main/bpf/include/watch.h");

    private static Map<String, Integer> header() throws IOException {
        var root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve(HEADER))) {
            root = root.getParent(); // a module's folder, or the whole tree
        }
        var values = new HashMap<String, Integer>();
        var matcher = Pattern.compile("(?:#define )?GH_WATCH_(\\w+)\\s*=?\\s*(0x[0-9a-fA-F]+|\\d+)\\b")
                .matcher(Files.readString(root.resolve(HEADER)));
        while (matcher.find()) {
            values.putIfAbsent(matcher.group(1), Integer.decode(matcher.group(2)));
        }
        return values;
    }

    @Test
    void captures_and_their_lengths_have_the_codes_of_the_header() throws IOException {
        var header = header();
        for (var capture : Capture.values()) {
            assertEquals(header.get(capture.name()), capture.code(), capture.name());
        }
        assertEquals(header.get("LEN_RESULT"), Capture.BY_RESULT);
        assertEquals(header.get("LEN_POINTER"), Capture.BY_POINTER);
        assertEquals(header.get("LEN_FIXED"), Capture.FIXED_LENGTH);
    }

    @Test
    void sieves_have_the_codes_of_the_header() throws IOException {
        var header = header();
        assertEquals(header.get("NO_SIEVE"), Sieve.NONE.code());
        assertEquals(header.get("SIEVE_PATH"), Sieve.PATH.code());
        assertEquals(header.get("SIEVE_SOCKET"), Sieve.SOCKET.code());
    }

    @Test
    void indexes_of_calls_fit_the_table_of_the_header() throws IOException {
        var header = header();
        assertEquals(header.get("COMPAT"), CallTable.COMPAT);
        for (var call : CallTable.current().all()) {
            for (int index : CallTable.indexes(call)) {
                assertTrue(index < header.get("CALLS"), call.name());
            }
        }
    }
}
