// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.engine.event.Reader.MISSING;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Descriptor;
import io.gatehouse.events.state.Scene;

/// The two ends of a connection: client and server, this end (local) and the other (remote).
final class ConnectionFields {
    private ConnectionFields() {}

    private enum End {
        CLIENT,
        SERVER,
        LOCAL,
        REMOTE
    }

    static void into(FieldTable table) {
        table.own("fd.ip", Addresses::new)
                .text("fd.cip", address(End.CLIENT))
                .text("fd.sip", address(End.SERVER))
                .text("fd.lip", address(End.LOCAL))
                .text("fd.rip", address(End.REMOTE))
                .own("fd.net", Addresses::new)
                .text("fd.cnet", address(End.CLIENT))
                .text("fd.snet", address(End.SERVER))
                .text("fd.lnet", address(End.LOCAL))
                .text("fd.rnet", address(End.REMOTE))
                .own("fd.port", Ports::new)
                .number("fd.cport", port(End.CLIENT))
                .number("fd.sport", port(End.SERVER))
                .number("fd.lport", port(End.LOCAL))
                .number("fd.rport", port(End.REMOTE))
                .own("fd.proto", Ports::new)
                .text("fd.cproto", ConnectionFields::clientService)
                .text("fd.sproto", ConnectionFields::serverService)
                .text("fd.lproto", service(End.LOCAL))
                .text("fd.rproto", service(End.REMOTE))
                .text("fd.cip.name", name(End.CLIENT))
                .text("fd.sip.name", name(End.SERVER))
                .text("fd.lip.name", name(End.LOCAL))
                .text("fd.rip.name", name(End.REMOTE))
                .text("fd.l4proto", ConnectionFields::transport)
                .text("fd.sockfamily", ConnectionFields::family)
                .number("fd.is_server", ConnectionFields::isServer)
                .number("fd.connected", ConnectionFields::isConnected);
    }

    /// Either end, of a connection; the only one, of a socket that is bound.
    private static final class Addresses implements Reader.OfTexts<Scene> {
        private static final String[] NONE = {};
        private final String[] one = new String[1];
        private final String[] two = new String[2];

        @Override
        public String[] read(Scene scene) {
            var descriptor = Descriptors.of(scene);
            if (descriptor == null) {
                return NONE;
            }
            if (descriptor.kind().isServer() && descriptor.destinationAddress() != null) {
                one[0] = descriptor.destinationAddress();
                return one;
            }
            if (descriptor.kind().isConnection() && hasBothEnds(descriptor)) {
                two[0] = descriptor.sourceAddress();
                two[1] = descriptor.destinationAddress();
                return two;
            }
            return NONE;
        }
    }

    private static final class Ports implements Reader.OfNumbers<Scene> {
        private static final long[] NONE = {};
        private final long[] one = new long[1];
        private final long[] two = new long[2];

        @Override
        public long[] read(Scene scene) {
            var descriptor = Descriptors.of(scene);
            if (descriptor == null) {
                return NONE;
            }
            if (descriptor.kind().isServer()) {
                one[0] = descriptor.destinationPort();
                return one;
            }
            if (descriptor.kind().isConnection()) {
                two[0] = descriptor.sourcePort();
                two[1] = descriptor.destinationPort();
                return two;
            }
            return NONE;
        }
    }

    private static boolean hasBothEnds(Descriptor descriptor) {
        return descriptor.sourceAddress() != null && descriptor.destinationAddress() != null;
    }

    private static Reader.OfText<Scene> address(End end) {
        return scene -> {
            var descriptor = Descriptors.of(scene);
            if (descriptor == null) {
                return null;
            }
            if (end == End.SERVER && descriptor.kind().isServer()) {
                return descriptor.hasRole() ? descriptor.destinationAddress() : null;
            }
            if (!isKnown(descriptor)) {
                return null;
            }
            return isSource(scene, descriptor, end) ? descriptor.sourceAddress() : descriptor.destinationAddress();
        };
    }

    /// Names are looked up the other way round: see [io.gatehouse.events.state.Machine#addressNames].
    private static Reader.OfText<Scene> name(End end) {
        var address = address(end);
        return scene -> {
            var bytes = address.read(scene);
            return bytes == null ? null : scene.machine().nameOf(bytes);
        };
    }

    private static Reader.OfNumber<Scene> port(End end) {
        return scene -> {
            var descriptor = Descriptors.of(scene);
            if (descriptor == null) {
                return MISSING;
            }
            if (end == End.SERVER && descriptor.kind().isServer()) {
                return descriptor.destinationPort();
            }
            return isKnown(descriptor) ? port(scene, descriptor, end) : MISSING;
        };
    }

    private static long port(Scene scene, Descriptor descriptor, End end) {
        return isSource(scene, descriptor, end) ? descriptor.sourcePort() : descriptor.destinationPort();
    }

    /// A connection of which it is known who is the client.
    private static boolean isKnown(Descriptor descriptor) {
        return descriptor.kind().isConnection() && descriptor.hasRole();
    }

    /// The client is the source. This end is the source if that address is the machine's own.
    private static boolean isSource(Scene scene, Descriptor descriptor, End end) {
        return switch (end) {
            case CLIENT -> true;
            case SERVER -> false;
            case LOCAL -> isOwn(scene, descriptor.sourceAddress());
            case REMOTE -> !isOwn(scene, descriptor.sourceAddress());
        };
    }

    private static boolean isOwn(Scene scene, String address) {
        return address != null && scene.machine().isLocal(scene.task(), address);
    }

    /// Falco knows no services by name unless told to look them up: the port in digits.
    private static Reader.OfText<Scene> service(End end) {
        return scene -> {
            var descriptor = Descriptors.of(scene);
            return descriptor == null || !isKnown(descriptor) ? null : Long.toString(port(scene, descriptor, end));
        };
    }

    private static String clientService(Scene scene) {
        var descriptor = Descriptors.of(scene);
        if (descriptor == null || !descriptor.hasRole()) {
            return null;
        }
        return descriptor.kind().isConnection() ? Integer.toString(descriptor.sourcePort()) : "";
    }

    /// Empty for a socket that is bound, as Falco has it.
    private static String serverService(Scene scene) {
        var descriptor = Descriptors.of(scene);
        if (descriptor == null) {
            return null;
        }
        if (descriptor.kind().isServer()) {
            return "";
        }
        return isKnown(descriptor) ? Integer.toString(descriptor.destinationPort()) : null;
    }

    private static String transport(Scene scene) {
        var descriptor = Descriptors.of(scene);
        return descriptor == null ? null : descriptor.knownTransport().word();
    }

    private static String family(Scene scene) {
        var descriptor = Descriptors.of(scene);
        if (descriptor == null) {
            return null;
        }
        return switch (descriptor.kind()) {
            case IPV4_SOCKET, IPV6_SOCKET, IPV4_SERVER, IPV6_SERVER -> "ip";
            case UNIX_SOCKET -> "unix";
            default -> null;
        };
    }

    /// Bound sockets, and connections whose server end is the machine's own address.
    private static long isServer(Scene scene) {
        var descriptor = Descriptors.of(scene);
        if (descriptor == null) {
            return MISSING;
        }
        if (descriptor.kind().isServer()) {
            return 1;
        }
        return descriptor.kind().isConnection() && isOwn(scene, descriptor.destinationAddress()) ? 1 : 0;
    }

    private static long isConnected(Scene scene) {
        var descriptor = Descriptors.of(scene);
        return descriptor == null ? MISSING : descriptor.isConnected() ? 1 : 0;
    }
}
