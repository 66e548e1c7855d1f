// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What clang wrote into an object of its types (BTF), and the numbers that its header names.
public final class CompiledTypes {
    private static final Pattern STRUCT = Pattern.compile("\\[\\d+] STRUCT '(\\w+)' size=(\\d+) vlen=\\d+");
    private static final Pattern MEMBER = Pattern.compile("\\s+'(\\w+)' type_id=\\d+ bits_offset=(\\d+)");
    private static final Pattern VALUE =
            Pattern.compile("\\s*(?:#define )?(GH_\\w+)(?: =)? (0x[0-9a-fA-F]+|\\d+)(?:,?\\s*(?:/\\*.*)?|,.*)");
    /// The formatter sometimes puts the number on the next line.
    private static final Pattern NAME = Pattern.compile("\\s*(GH_\\w+) =");

    private final Map<String, Integer> sizes = new HashMap<>();
    private final Map<String, Integer> offsets = new HashMap<>();
    private final Map<String, Integer> values = new HashMap<>();

    private CompiledTypes() {}

    /// Of `NAME.bpf.o` and `include/NAME.h`. Skips the calling test in a VM.
    public static CompiledTypes of(String name) throws IOException {
        assumeTrue(
                System.getProperty("gatehouse.vm") == null,
                "the build's own machine compares; a VM has no object file");
        var module = Path.of(System.getProperty("gatehouse.root"), "enforcer-agent");
        var types = new CompiledTypes();
        types.readObject(module.resolve("target/classes/io/gatehouse/agent/bpf/" + name + ".bpf.o"));
        types.readHeader(module.resolve("src/main/bpf/include/" + name + ".h"));
        return types;
    }

    private void readObject(Path object) throws IOException {
        var dump = new ProcessBuilder("bpftool", "btf", "dump", "file", object.toString())
                .redirectErrorStream(true)
                .start();
        var struct = "";
        for (var line : dump.inputReader().lines().toList()) {
            var head = STRUCT.matcher(line);
            var member = MEMBER.matcher(line);
            if (head.matches()) {
                struct = head.group(1);
                sizes.put(struct, Integer.parseInt(head.group(2)));
            } else if (member.matches() && !struct.isEmpty()) {
                offsets.put(struct + "." + member.group(1), Integer.parseInt(member.group(2)) / 8);
            } else if (line.startsWith("[")) {
                struct = "";
            }
        }
        try {
            assertEquals(0, dump.waitFor(), "bpftool btf dump");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private void readHeader(Path header) throws IOException {
        var begun = "";
        for (var line : Files.readAllLines(header)) {
            var whole = begun + line.strip();
            var value = VALUE.matcher(whole);
            if (value.matches()) {
                values.put(value.group(1), Integer.decode(value.group(2)));
            }
            begun = NAME.matcher(line).matches() ? line.strip() + " " : "";
        }
    }

    public void size(String struct, int java) {
        assertNotNull(sizes.get(struct), struct + " is not in the object's BTF");
        assertEquals(sizes.get(struct), java, "size of " + struct);
    }

    public void offset(String member, int java) {
        assertNotNull(offsets.get(member), member + " is not in the object's BTF");
        assertEquals(offsets.get(member), java, "offset of " + member);
    }

    public void value(String name, int java) {
        assertEquals(value(name), java, name);
    }

    public int value(String name) {
        assertNotNull(values.get(name), name + " is not in the header");
        return values.get(name);
    }

    public Set<String> valuesThatStartWith(String start) {
        var names = new TreeSet<>(values.keySet());
        names.removeIf(name -> !name.startsWith(start));
        return names;
    }
}
