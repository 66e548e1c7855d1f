// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnownProgramsTest {
    @ParameterizedTest
    @CsvSource({
        "sh, SHELL",
        "bash, SHELL",
        "ksh93, SHELL",
        "bash-static, SHELL",
        "busybox, MULTI_CALL",
        "pip3, PACKAGE_MANAGER",
        "dpkg-deb, PACKAGE_MANAGER",
        "python3.11, INTERPRETER",
        "perl5.36.0, INTERPRETER",
        "ld-linux-x86-64.so.2, LOADER",
        "ld-linux.so.2, LOADER",
        "ld-musl-aarch64.so.1, LOADER",
        "ld-2.31.so, LOADER",
        "ld64.so.2, LOADER",
        "ld.so, LOADER"
    })
    void a_version_behind_a_name_changes_nothing(String name, ProgramKind kind) {
        assertEquals(Optional.of(kind), KnownPrograms.kind(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "3.11", "nginx", "shred", "ld", "ldd", "ldconfig", "ld.bfd", "ld.so.conf", "libld-x.so"})
    void a_name_that_only_looks_like_one_is_none(String name) {
        assertEquals(Optional.empty(), KnownPrograms.kind(name));
    }
}
