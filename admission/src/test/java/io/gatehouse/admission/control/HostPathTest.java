// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.admission.control.HostPath.Relation;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPathTest {
    @ParameterizedTest
    @CsvSource({
        "/etc, /etc",
        "//etc, /etc",
        "/etc/, /etc",
        "/./etc/., /etc",
        "/var/../etc, /etc",
        "/../../etc, /etc",
        "/, /",
        "'', /",
        "/.., /",
        "///, /",
        "etc, /etc",
        "/a/b/../../c, /c",
        "/..., /...",
        "/.x, /.x"
    })
    void a_path_has_one_normal_form(String written, String normal) {
        assertEquals(normal, HostPath.normal(written));
    }

    @ParameterizedTest
    @CsvSource({
        "/etc, /etc, SAME",
        "/etc/ssh, /etc, BELOW",
        "/, /etc, ABOVE",
        "/etcetera, /etc, APART",
        "/et, /etc, APART",
        "/, /, SAME",
        "/data, /, APART", // forbidding the root must not forbid everything
        "/run/docker.sock, /var/run/docker.sock, SAME",
        "/var/run/docker.sock, /run/docker.sock, SAME",
        "/run, /var/run/docker.sock, ABOVE",
        "/var, /run/docker.sock, ABOVE",
        "/var/run/docker.sock/x, /run/docker.sock, BELOW",
        "/runner, /var/run, APART",
        "/var/runner, /run, APART"
    })
    void a_mount_is_forbidden_by_what_it_reaches(String mounted, String forbidden, Relation relation) {
        assertEquals(relation, HostPath.relation(HostPath.normal(mounted), HostPath.normal(forbidden)));
    }

    @Test
    void no_rewriting_of_a_path_changes_what_it_reaches() {
        var paths = List.of("/", "/etc", "/etc/ssh", "/var/run/docker.sock", "/run", "/proc/sys/kernel", "/var/lib");
        long seed = 20261101;
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            var mounted = paths.get(random.nextInt(paths.size()));
            var forbidden = paths.get(random.nextInt(paths.size()));
            var rewritten = rewritten(mounted, random);
            assertEquals(
                    HostPath.relation(mounted, forbidden),
                    HostPath.relation(HostPath.normal(rewritten), forbidden),
                    "seed " + seed + ": " + mounted + " written " + rewritten + " against " + forbidden);
        }
    }

    private static String rewritten(String path, Random random) {
        var out = new StringBuilder();
        for (var part : path.substring(1).split("/")) {
            for (int i = random.nextInt(3); i > 0; i--) {
                out.append(List.of("/", "/.", "/x/..", "/x/y/../..", "/./").get(random.nextInt(5)));
            }
            out.append('/').append(part);
        }
        return out + (random.nextBoolean() ? "/" : "");
    }
}
