// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.layer;

import io.gatehouse.admission.image.layer.Evidence.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a program is by its name, and a file by its place.
final class KnownNames {
    private static final Map<String, Kind> PROGRAMS = new HashMap<>();
    private static final Map<String, Kind> PLACES = new HashMap<>();

    static {
        programs(Kind.SHELL, "sh bash ash dash zsh ksh mksh pdksh lksh oksh yash hush rbash rzsh csh tcsh fish posh");
        programs(Kind.SHELL, "nu elvish xonsh pwsh osh ysh sash static-sh bash-static zsh-static gosh powershell");
        programs(Kind.MULTI_CALL, "busybox toybox busybox-static busybox-extras");
        programs(
                Kind.PACKAGE_MANAGER,
                "apt apt-get apt-cache aptitude dpkg dpkg-deb apk rpm dnf yum microdnf tdnf zypper");
        programs(Kind.PACKAGE_MANAGER, "pacman opkg ipkg emerge xbps-install swupd nix nix-env guix urpmi slackpkg");
        programs(Kind.PACKAGE_MANAGER, "pip pipx easy_install npm npx yarn pnpm corepack gem bundle composer conda");
        programs(Kind.PACKAGE_MANAGER, "mamba micromamba brew cargo snap flatpak luarocks cpan cpanm uv poetry");
        programs(
                Kind.INTERPRETER, "python pypy perl ruby node nodejs php lua luajit tclsh wish guile java jshell deno");
        programs(Kind.INTERPRETER, "bun erl escript R Rscript julia gawk mawk awk nawk original-awk groovy racket");
        places(Kind.PACKAGE_DATABASE, "var/lib/dpkg/status", "var/lib/rpm/Packages", "var/lib/rpm/Packages.db");
        places(Kind.PACKAGE_DATABASE, "var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/Packages");
        places(Kind.PACKAGE_DATABASE, "usr/lib/sysimage/rpm/Packages.db", "usr/lib/sysimage/rpm/rpmdb.sqlite");
        places(Kind.PACKAGE_DATABASE, "var/lib/pacman/local/ALPM_DB_VERSION", "usr/lib/opkg/status");
        places(Kind.PACKAGE_LIST, "lib/apk/db/installed", "usr/lib/apk/db/installed");
    }

    private KnownNames() {}

    private static void programs(Kind kind, String names) {
        List.of(names.split(" ")).forEach(name -> PROGRAMS.put(name, kind));
    }

    private static void places(Kind kind, String... paths) {
        List.of(paths).forEach(path -> PLACES.put(path, kind));
    }

    /// By its last name; a version behind it does not count: `python3.11`, `pip3`, `ksh93`, `perl5.36.0`.
    static Optional<Kind> program(String name) {
        var kind = PROGRAMS.get(name);
        if (kind == null) {
            int end = name.length();
            while (end > 0 && (Character.isDigit(name.charAt(end - 1)) || ".-".indexOf(name.charAt(end - 1)) >= 0)) {
                end--;
            }
            kind = PROGRAMS.get(name.substring(0, end));
        }
        return Optional.ofNullable(kind);
    }

    /// @param path without a slash in front
    static Optional<Kind> place(String path) {
        return Optional.ofNullable(PLACES.get(path));
    }

    static java.util.Set<String> places() {
        return PLACES.keySet();
    }
}
