// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.engine.match.Knowledge;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType.Direction;
import java.util.BitSet;
import java.util.Set;

/// What events have in common that the kernel cannot tell apart: those of one key of its sieve. The key is the call,
/// whether it failed, whether a container did it, how it opened, the object it reached and the text it was given.
///
/// A field is known here only if no two such events can answer it differently; why that is so for each is said in
/// `docs/decisions/what-cannot-matter-stays-in-the-kernel.md`.
enum SieveGroup implements Knowledge.Of {
    /// Opened, by an absolute path, something that is no directory.
    FILE(true, true, true),
    /// Opened, by an absolute path, what is or may be a directory: O_DIRECTORY is not in the key, and the fields of
    /// such a descriptor depend on it.
    DIRECTORY(true, true, false),
    FAILED(true, false, true),
    /// By a path that begins where the task stands, which is not in the key.
    FILE_FROM_HERE(false, true, true),
    DIRECTORY_FROM_HERE(false, true, false),
    FAILED_FROM_HERE(false, false, true),
    /// Connected, or not, a socket of the family unix: its key holds the family.
    UNIX(false, false, false),
    /// Any other call: known is what is known of every key.
    OTHER(false, false, false);

    private static final Set<String> OPENS = Set.of("open", "openat", "openat2", "creat");
    private static final Set<String> CONNECTS = Set.of("connect");
    private static final Knowledge IS_HOST = new Knowledge.Whether("host");
    private static final Knowledge IS_SUCCESS = new Knowledge.Whether("SUCCESS");
    private static final BitSet OPEN_KINDS = exits(OPENS);
    private static final BitSet CONNECT_KINDS = exits(CONNECTS);

    private final boolean absolute;
    private final boolean opened;
    private final boolean plain;

    /// @param plain whether what kind of descriptor it is hangs on nothing that the key does not hold
    SieveGroup(boolean absolute, boolean opened, boolean plain) {
        this.absolute = absolute;
        this.opened = opened;
        this.plain = plain;
    }

    static SieveGroup ofOpen(boolean absolute, boolean opened, boolean plain) {
        if (!opened) {
            return absolute ? FAILED : FAILED_FROM_HERE;
        }
        if (plain) {
            return absolute ? FILE : FILE_FROM_HERE;
        }
        return absolute ? DIRECTORY : DIRECTORY_FROM_HERE;
    }

    static boolean opens(int kind) {
        return OPEN_KINDS.get(kind);
    }

    static boolean connects(int kind) {
        return CONNECT_KINDS.get(kind);
    }

    /// The kinds of events that there are keys for.
    BitSet kinds() {
        return switch (this) {
            case OTHER -> {
                var all = exits(Set.of());
                all.andNot(OPEN_KINDS);
                yield all;
            }
            case UNIX -> (BitSet) CONNECT_KINDS.clone();
            default -> (BitSet) OPEN_KINDS.clone();
        };
    }

    /// @param names none for all
    private static BitSet exits(Set<String> names) {
        var kinds = new BitSet();
        for (var type : EventTable.current().all()) {
            boolean named = names.isEmpty() || names.contains(type.name());
            kinds.set(type.code(), named && type.direction() == Direction.EXIT);
        }
        return kinds;
    }

    @Override
    public Knowledge of(Knowledge.Use use) {
        var ofAny = ofEveryKey(use.field().name());
        if (ofAny != Knowledge.NOTHING) {
            return ofAny;
        }
        return switch (this) {
            case OTHER -> Knowledge.NOTHING;
            case UNIX -> ofUnix(use.field().name());
            default -> ofOpens(use);
        };
    }

    /// Such a socket has no ports and no addresses of the internet; its name is not known, as it has the numbers of its
    /// ends in it.
    private static Knowledge ofUnix(String field) {
        return switch (field) {
            case "fd.type",
                    "fd.typechar",
                    "fd.ip",
                    "fd.sip",
                    "fd.cip",
                    "fd.port",
                    "fd.sport",
                    "fd.cport",
                    "fd.net",
                    "fd.snet",
                    "fd.cnet",
                    "fd.directory",
                    "fd.filename" -> Knowledge.VALUE;
            default -> Knowledge.NOTHING;
        };
    }

    private static Knowledge ofEveryKey(String field) {
        return switch (field) {
            case "evt.type", "syscall.type", "evt.dir", "evt.source", "evt.is_async", "evt.failed", "evt.count" ->
                Knowledge.VALUE;
            case "evt.rawres" -> Knowledge.SIGN;
            case "evt.res" -> IS_SUCCESS;
            case "container.id" -> IS_HOST;
            default -> Knowledge.NOTHING;
        };
    }

    private Knowledge ofOpens(Knowledge.Use use) {
        var field = use.field().name();
        return switch (field) {
            case "evt.is_open_read", "evt.is_open_write", "evt.is_io", "evt.is_io_read", "evt.is_io_write" ->
                Knowledge.VALUE;
            case "fd.num" -> Knowledge.SIGN;
            case "fs.path.source", "fs.path.target", "fs.path.sourceraw", "fs.path.targetraw" -> Knowledge.VALUE;
            case "fd.nameraw" -> Knowledge.VALUE;
            case "fd.name" -> valueIf(absolute);
            case "fd.directory" -> valueIf(absolute && plain);
            case "fd.type", "fd.typechar" -> valueIf(plain);
            case "fd.filename" -> valueIf(plain && (absolute || !opened));
            case "fs.path.name" -> valueIf(absolute && opened);
            case "fs.path.nameraw" -> valueIf(opened);
            case "evt.arg", "evt.rawarg" ->
                valueIf(absolute
                        && use.argument()
                                .filter(argument -> isPath(use.kind(), argument))
                                .isPresent());
            default -> Knowledge.NOTHING;
        };
    }

    private static Knowledge valueIf(boolean known) {
        return known ? Knowledge.VALUE : Knowledge.NOTHING;
    }

    /// The only path an open is given.
    private static boolean isPath(int kind, String argument) {
        return argument.equals("name") && EventTable.current().byCode(kind).paramIndex("name") >= 0;
    }
}
