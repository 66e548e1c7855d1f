// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathsTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/home/, x, /home/x",
                "/home/, ./x, /home/x",
                "/home/, ../x, /x",
                "/home/, ../../x, /x",
                "/home/a/, .., /home",
                "/home/, ., /home",
                "/home/, x/, /home/x",
                "/home/, x//y, /home/x/y",
                "/home/, .x, /home/.x",
                "/home/, ..x, /home/..x",
                "/home/, x., /home/x.",
                "/home/, /etc/passwd, /etc/passwd",
                "/home/, //etc//passwd, /etc/passwd",
                "/home/, /etc/../var/./log/, /var/log",
                "/home/, /.., /",
                "/home/, /, /",
                "'', foo/../a, a",
                "'', /foo/../a, /a",
                "'', ../a, a",
                "/home, x, /homex",
                "/home/, '', ''",
                "<UNKNOWN>, x, <UNKNOWN>x",
            })
    void paths_are_joined_and_shortened(String directory, String path, String joined) {
        assertEquals(joined, Paths.join(directory, path));
    }

    @Test
    void a_path_at_the_limit_is_joined_and_one_above_is_not() {
        assertEquals(1023, Paths.join("/", "x".repeat(1022)).length());
        assertEquals("/DIR_TOO_LONG/FILENAME_TOO_LONG", Paths.join("/", "x".repeat(1023)));
    }
}
