// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What was met in a run on one kind of kernel: by scene and attack a [Worth], or `-` and why it shows nothing there.
///
/// ```
/// 6.12	ROOT	write	prevented	EPERM at open
/// 6.12	ROOT	x32	-	this kernel takes no x32 calls
/// ```
record Met(String kernel, Attack attack, Optional<Worth> worth, String detail) {
    private static final String NOTHING = "-";
    private static final int COLUMNS = 5;

    String line() {
        return String.join(
                "\t",
                kernel,
                attack.scene().name(),
                attack.name(),
                worth.map(Worth::text).orElse(NOTHING),
                detail);
    }

    /// Lines of another run of the same table; of attacks that are no more, empty.
    static Optional<Met> parse(String line) {
        var words = line.split("\t", COLUMNS);
        for (var attack : Attacks.ALL) {
            if (words.length == COLUMNS
                    && attack.scene().name().equals(words[1])
                    && attack.name().equals(words[2])) {
                return Optional.of(new Met(
                        words[0],
                        attack,
                        words[3].equals(NOTHING) ? Optional.empty() : Optional.of(Worth.parse(words[3])),
                        words[4]));
            }
        }
        return Optional.empty();
    }

    /// What the guide says was met, by kernel and attack.
    static Map<String, Map<Attack, Met>> ofTheGuide() throws IOException {
        try (InputStream packed = Met.class.getResourceAsStream("met.tsv")) {
            return packed == null ? Map.of() : of(new String(packed.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static Map<String, Map<Attack, Met>> of(String lines) {
        var all = new TreeMap<String, Map<Attack, Met>>();
        lines.lines()
                .flatMap(line -> parse(line).stream())
                .forEach(met -> all.computeIfAbsent(met.kernel(), _ -> new LinkedHashMap<>())
                        .put(met.attack(), met));
        return all;
    }
}
