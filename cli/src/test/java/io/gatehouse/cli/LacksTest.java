// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.cli.exit.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the agent says where it cannot run. Each lack is made for one process alone.
@Tag("kernel")
class LacksTest {
    @TempDir
    Path state;

    @BeforeEach
    void as_root() {
        assumeTrue("root".equals(System.getProperty("user.name")), "taking things away from a process needs root");
    }

    @Test
    void without_rights_it_says_to_run_as_root() throws Exception {
        doctor(List.of("setpriv", "--inh-caps=-all", "--bounding-set=-all"), "CAP_BPF", "fix: run as root");
    }

    @Test
    void without_type_information_it_says_which_kernels_have_it() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/sys/kernel/btf")), "this kernel has no BTF to hide");
        doctor(
                List.of("unshare", "-m", "sh", "-c", "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"", "sh"),
                "/sys/kernel/btf/vmlinux",
                "fix: boot a kernel built with CONFIG_DEBUG_INFO_BTF=y");
    }

    @Test
    void without_libbpf_it_names_the_package() throws Exception {
        var library = library();
        doctor(
                List.of("unshare", "-m", "sh", "-c", "mount --bind /dev/null " + library + " && exec \"$@\"", "sh"),
                "libbpf.so.1",
                "fix: apt-get install libbpf1");
    }

    private void doctor(List<String> wrapper, String lack, String fix) throws IOException, InterruptedException {
        for (var command : List.of("doctor", "up")) {
            try (var process = GatehouseProcess.start(state, wrapper, command)) {
                process.awaitLine("the agent cannot run on this machine; it lacks");
                process.awaitLine(lack);
                process.awaitLine(fix);
                assertEquals(Exit.CANNOT.code(), process.awaitEnd());
            }
        }
    }

    private static Path library() throws IOException {
        for (var folder : List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64")) {
            var library = Path.of(folder, "libbpf.so.1");
            if (Files.exists(library)) {
                return library.toRealPath();
            }
        }
        assumeTrue(false, "no libbpf to hide");
        throw new AssertionError();
    }
}
