// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.layer;

import io.gatehouse.admission.image.layer.Evidence.Kind;
import io.gatehouse.schemas.program.KnownPrograms;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a program is by its name, and a file by its place.
final class KnownNames {
    private static final Map<String, Kind> PLACES = new HashMap<>();

    static {
        places(Kind.PACKAGE_DATABASE, "var/lib/dpkg/status", "var/lib/rpm/Packages", "var/lib/rpm/Packages.db");
        places(Kind.PACKAGE_DATABASE, "var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/Packages");
        places(Kind.PACKAGE_DATABASE, "usr/lib/sysimage/rpm/Packages.db", "usr/lib/sysimage/rpm/rpmdb.sqlite");
        places(Kind.PACKAGE_DATABASE, "var/lib/pacman/local/ALPM_DB_VERSION", "usr/lib/opkg/status");
        places(Kind.PACKAGE_LIST, "lib/apk/db/installed", "usr/lib/apk/db/installed");
    }

    private KnownNames() {}

    private static void places(Kind kind, String... paths) {
        List.of(paths).forEach(path -> PLACES.put(path, kind));
    }

    /// By its last name, as the agent knows it too.
    static Optional<Kind> program(String name) {
        return KnownPrograms.kind(name).flatMap(kind -> switch (kind) {
            case SHELL -> Optional.of(Kind.SHELL);
            case MULTI_CALL -> Optional.of(Kind.MULTI_CALL);
            case PACKAGE_MANAGER -> Optional.of(Kind.PACKAGE_MANAGER);
            case INTERPRETER -> Optional.of(Kind.INTERPRETER);
            case LOADER -> Optional.empty(); // nearly every image has one
        });
    }

    /// @param path without a slash in front
    static Optional<Kind> place(String path) {
        return Optional.ofNullable(PLACES.get(path));
    }

    static java.util.Set<String> places() {
        return PLACES.keySet();
    }
}
