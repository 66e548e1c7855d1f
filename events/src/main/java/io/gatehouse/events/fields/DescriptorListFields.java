// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Addresses;
import io.gatehouse.events.state.Descriptor;
import io.gatehouse.events.state.Scene;
import java.util.function.Function;

/// The descriptors that poll waits for, with commas between.
final class DescriptorListFields {
    private static final boolean[] POLLS = KindFacts.ends("poll", "ppoll");
    private static final String NOT_AVAILABLE = "<NA>";

    private DescriptorListFields() {}

    @FunctionalInterface
    private interface Entry {
        /// @param descriptor null if it is not known
        /// @return null to leave it out
        String text(long number, Descriptor descriptor);
    }

    static void into(FieldTable table) {
        table.text("fdlist.nums", list((number, descriptor) -> Long.toString(number)))
                .text("fdlist.names", list((number, descriptor) -> name(descriptor)))
                .text("fdlist.cips", list(connection(d -> Addresses.text(d.sourceAddress()), null)))
                .text("fdlist.sips", list(connection(DescriptorListFields::server, DescriptorListFields::server)))
                .text("fdlist.cports", list(connection(d -> Integer.toString(d.sourcePort()), null)))
                .text("fdlist.sports", list(connection(d -> Integer.toString(d.destinationPort()), null)));
    }

    private static String name(Descriptor descriptor) {
        return descriptor == null || descriptor.name().isEmpty() ? NOT_AVAILABLE : descriptor.name();
    }

    private static String server(Descriptor descriptor) {
        return Addresses.text(descriptor.destinationAddress());
    }

    /// @param server what stands for a bound socket; null if it is left out
    private static Entry connection(Function<Descriptor, String> connection, Function<Descriptor, String> server) {
        return (number, descriptor) -> {
            if (descriptor == null || descriptor.destinationAddress() == null) {
                return null;
            }
            if (descriptor.kind().isServer()) {
                return server == null ? null : server.apply(descriptor);
            }
            return descriptor.kind().isConnection() && descriptor.sourceAddress() != null
                    ? connection.apply(descriptor)
                    : null;
        };
    }

    private static Reader.OfText<Scene> list(Entry entry) {
        return scene -> {
            var event = scene.event();
            if (!POLLS[event.code()] || scene.task() == null || event.length(1) == 0) {
                return null;
            }
            var list = new StringBuilder();
            PolledDescriptors.forEach(event, event.offset(1), event.length(1), (number, _) -> {
                var text = entry.text(number, scene.task().descriptor(number));
                if (text != null) {
                    list.append(list.isEmpty() ? "" : ",").append(text);
                }
            });
            return list.isEmpty() ? null : list.toString();
        };
    }
}
