// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.program;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a program is by its name. A name is a hint of what its author meant and nothing more: what is found by it is
/// kept by its file.
///
/// It holds shells; package managers of distributions and of languages; interpreters; and the loaders of glibc and musl
/// by the names those give them. What is not in it a policy can still name by path.
public final class KnownPrograms {
    private static final Map<String, ProgramKind> KINDS = new HashMap<>();

    static {
        add(ProgramKind.SHELL, "sh bash ash dash zsh ksh mksh pdksh lksh oksh yash hush rbash rzsh csh tcsh fish posh");
        add(ProgramKind.SHELL, "nu elvish xonsh pwsh osh ysh sash static-sh bash-static zsh-static gosh powershell");
        add(ProgramKind.MULTI_CALL, "busybox toybox busybox-static busybox-extras");
        add(
                ProgramKind.PACKAGE_MANAGER,
                "apt apt-get apt-cache aptitude dpkg dpkg-deb apk rpm dnf yum microdnf tdnf zypper");
        add(ProgramKind.PACKAGE_MANAGER, "pacman opkg ipkg emerge xbps-install swupd nix nix-env guix urpmi slackpkg");
        add(ProgramKind.PACKAGE_MANAGER, "pip pipx easy_install npm npx yarn pnpm corepack gem bundle composer conda");
        add(ProgramKind.PACKAGE_MANAGER, "mamba micromamba brew cargo snap flatpak luarocks cpan cpanm uv poetry");
        add(
                ProgramKind.INTERPRETER,
                "python pypy perl ruby node nodejs php lua luajit tclsh wish guile java jshell deno");
        add(ProgramKind.INTERPRETER, "bun erl escript R Rscript julia gawk mawk awk nawk original-awk groovy racket");
    }

    private KnownPrograms() {}

    private static void add(ProgramKind kind, String names) {
        List.of(names.split(" ")).forEach(name -> KINDS.put(name, kind));
    }

    /// Every name that is known without a version.
    public static Set<String> names() {
        return Set.copyOf(KINDS.keySet());
    }

    /// By its last name; a version behind it does not count: `python3.11`, `pip3`, `ksh93`, `perl5.36.0`.
    public static Optional<ProgramKind> kind(String name) {
        var kind = KINDS.get(name);
        if (kind == null) {
            int end = name.length();
            while (end > 0 && (Character.isDigit(name.charAt(end - 1)) || ".-".indexOf(name.charAt(end - 1)) >= 0)) {
                end--;
            }
            kind = KINDS.get(name.substring(0, end));
        }
        return kind == null && isLoader(name) ? Optional.of(ProgramKind.LOADER) : Optional.ofNullable(kind);
    }

    /// `ld-linux-x86-64.so.2`, `ld-musl-aarch64.so.1`, `ld-2.31.so`, `ld64.so.2`, `ld.so.1`.
    private static boolean isLoader(String name) {
        int so = name.indexOf(".so");
        return name.startsWith("ld")
                && so > 0
                && (so == 2 || name.charAt(2) == '-' || name.startsWith("ld64"))
                && name.substring(so + 3).chars().allMatch(c -> c == '.' || Character.isDigit(c));
    }
}
