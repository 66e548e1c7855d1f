// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import java.util.List;
import java.util.Map;

/// Turns a number of the kernel into the format's own, for one parameter. Immutable.
public final class KernelValues {
    private static final int OPEN = 3;

    private final boolean bits;
    private final long[] kernel;
    private final long[] format;
    private final long otherwise;

    private KernelValues(boolean bits, long[] kernel, long[] format, long otherwise) {
        this.bits = bits;
        this.kernel = kernel;
        this.format = format;
        this.otherwise = otherwise;
    }

    /// A table as it is written: the names of the kernel's values, without the format's.
    ///
    /// @param bits whether a number is a set of them, or one of them
    /// @param otherwise the name of what is none of them; null: 0
    record Written(boolean bits, Map<String, Long> values, String otherwise) {
        /// Names that the parameter has no value for are left out, and so are their bits. A parameter that names
        /// none takes the values of open flags.
        KernelValues of(Param param) {
            var all = param.values().isEmpty() ? openFlags() : param.values();
            var known = all.stream()
                    .filter(named -> values.containsKey(named.name()))
                    .toList();
            if (known.isEmpty()) {
                throw new IllegalStateException("no value of " + param.name() + " is in its table");
            }
            return new KernelValues(
                    bits,
                    known.stream().mapToLong(named -> values.get(named.name())).toArray(),
                    known.stream().mapToLong(Param.Named::value).toArray(),
                    otherwise == null ? 0 : valueOf(param.values(), otherwise));
        }

        private static List<Param.Named> openFlags() {
            var open = EventTable.current().byCode(OPEN);
            return open.params().get(open.paramIndex("flags")).values();
        }

        private static long valueOf(List<Param.Named> values, String name) {
            return values.stream()
                    .filter(named -> named.name().equals(name))
                    .mapToLong(Param.Named::value)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no value is named " + name));
        }
    }

    /// Of a parameter whose values are the kernel's: nothing but the bits that have a name.
    static KernelValues named(Param param) {
        var all = param.values().stream().mapToLong(Param.Named::value).toArray();
        return new KernelValues(true, all, all, 0);
    }

    public long toFormat(long value) {
        long result = 0;
        for (int i = 0; i < kernel.length; i++) {
            if (!bits && kernel[i] == value) {
                return format[i];
            }
            if (bits && kernel[i] != 0 && (value & kernel[i]) == kernel[i]) {
                result |= format[i];
            }
        }
        return bits ? result : otherwise;
    }
}
