// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.Param;
import io.gatehouse.schemas.event.Param.Format;
import io.gatehouse.schemas.event.ParamType;
import java.util.List;

/// What the first byte of a variant parameter stands for: the type of what follows, by call.
final class Variants {
    private static final Param BYTES = of(ParamType.BYTEBUF, Format.HEX);
    private static final Param ERROR = of(ParamType.ERRNO, Format.DEC);
    private static final Param WORD = of(ParamType.UINT64, Format.DEC);

    private static final List<Param> SOCKET_OPTION =
            List.of(BYTES, ERROR, of(ParamType.UINT32, Format.DEC), WORD, of(ParamType.RELTIME, Format.DEC));
    private static final List<Param> PTRACE =
            List.of(of(ParamType.UINT64, Format.HEX), of(ParamType.SIGTYPE, Format.DEC));
    private static final List<Param> BPF = List.of(of(ParamType.FD, Format.DEC), ERROR);
    private static final List<Param> KEYCTL =
            List.of(of(ParamType.INT64, Format.DEC), of(ParamType.CHARBUF, Format.NA));

    private Variants() {}

    static List<Param> of(EventType type) {
        return switch (type.name()) {
            case "setsockopt", "getsockopt" -> SOCKET_OPTION;
            case "ptrace" -> PTRACE;
            case "bpf" -> BPF;
            case "keyctl" -> KEYCTL;
            default -> List.of();
        };
    }

    private static Param of(ParamType type, Format format) {
        return new Param("", type, format, List.of(), -1);
    }
}
