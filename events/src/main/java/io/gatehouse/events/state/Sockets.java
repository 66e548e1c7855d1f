// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;

/// Sockets: made, bound, connected, accepted; and what sending and receiving tells of their ends.
final class Sockets {
    private static final int NETLINK = 16;
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;
    private static final int IPPROTO_RAW = 255;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_RAW = 3;
    private static final int EINPROGRESS = 115;

    private final Machine machine;
    private final SocketAddress ends = new SocketAddress();
    private final SocketAddress given = new SocketAddress();
    private final SocketAddress asked = new SocketAddress();

    Sockets(Machine machine) {
        this.machine = machine;
    }

    void made(Event event, Scene scene) {
        if (Params.result(event) >= 0) {
            make(
                    scene,
                    Params.result(event),
                    Params.flags(event, 1),
                    Params.flags(event, 2),
                    Params.flags(event, 3),
                    Params.flags(event, 4));
        }
    }

    private void make(Scene scene, long number, int family, int type, int protocol, int flags) {
        var socket = new Descriptor();
        socket.openFlags = flags;
        switch (family) {
            case SocketAddress.UNIX -> socket.kind = DescriptorKind.UNIX_SOCKET;
            case SocketAddress.IPV4 -> socket.becomeConnection(DescriptorKind.IPV4_SOCKET);
            case SocketAddress.IPV6 -> socket.becomeConnection(DescriptorKind.IPV6_SOCKET);
            case NETLINK -> socket.kind = DescriptorKind.NETLINK;
            default -> socket.kind = DescriptorKind.UNKNOWN;
        }
        if (socket.kind.isConnection()) {
            socket.transport = transport(type, protocol);
        }
        if (machine.open(scene.task, number, socket)) {
            scene.takeNew(socket);
        }
    }

    private static Transport transport(int type, int protocol) {
        boolean raw = type == SOCK_RAW;
        return switch (protocol) {
            case IPPROTO_TCP -> raw ? Transport.RAW : Transport.TCP;
            case IPPROTO_UDP -> raw ? Transport.RAW : Transport.UDP;
            case IPPROTO_ICMP -> raw ? Transport.RAW : Transport.ICMP;
            case IPPROTO_RAW -> Transport.RAW;
            case IPPROTO_IP ->
                switch (type & 0xff) {
                    case SOCK_STREAM -> Transport.TCP;
                    case SOCK_DGRAM -> Transport.UDP;
                    default -> Transport.UNKNOWN;
                };
            default -> Transport.UNKNOWN;
        };
    }

    void pair(Event event, Scene scene) {
        if (Params.result(event) < 0) {
            return;
        }
        long first = Params.signed(event, 1);
        long second = Params.signed(event, 2);
        if (first == second) {
            scene.take(null);
            return;
        }
        var one = new Descriptor(DescriptorKind.UNIX_SOCKET, "");
        one.unixSource = Params.unsigned(event, 3);
        one.unixDestination = Params.unsigned(event, 4);
        var other = one.copy();
        if (machine.open(scene.task, first, one)) {
            scene.takeNew(one);
        }
        machine.open(scene.task, second, other);
    }

    void bound(Event event, Scene scene) {
        if (scene.descriptor == null || Params.result(event) < 0 || !given.one(event, 1)) {
            return;
        }
        var socket = scene.change();
        if (given.isInternet() && given.sourcePort() > 0) {
            boolean ipv4 = given.kind() == DescriptorKind.IPV4_SOCKET;
            socket.becomeServer(
                    ipv4 ? DescriptorKind.IPV4_SERVER : DescriptorKind.IPV6_SERVER,
                    given.source(null),
                    given.sourcePort());
        }
        socket.name = machine.keptShort(given.text());
    }

    void accepted(Event event, Scene scene) {
        accepted(event, scene, 0);
    }

    void accepted4(Event event, Scene scene) {
        accepted(event, scene, Params.flags(event, 5) & Descriptor.CLOSE_ON_EXEC);
    }

    private void accepted(Event event, Scene scene, int flags) {
        long number = Params.result(event);
        if (number < 0) {
            return;
        }
        scene.task.lastDescriptor = number;
        if (!ends.two(event, 1)) {
            return;
        }
        var socket = new Descriptor();
        if (ends.isInternet()) {
            socket.becomeConnection(ends.kind());
            takeEnds(socket);
            socket.transport = Transport.TCP;
        } else if (ends.family() == SocketAddress.UNIX) {
            socket.kind = DescriptorKind.UNIX_SOCKET;
            socket.unixSource = ends.unixSource();
            socket.unixDestination = ends.unixDestination();
        } else {
            return;
        }
        socket.name = ends.text();
        socket.openFlags = flags;
        socket.mark(Descriptor.SERVER);
        socket.becomeConnected();
        if (machine.open(scene.task, number, socket)) {
            scene.takeNew(socket);
        }
    }

    // Connect

    void connected(Event event, Scene scene) {
        long result = Params.result(event);
        if (scene.descriptor == null || result < 0 && result != -EINPROGRESS) {
            return;
        }
        var socket = scene.change();
        socket.becomeConnected();
        var before = scene.asked();
        boolean wasAsked = before != null && asked.one(before.address());
        if (!Params.has(event, 1)) {
            if (wasAsked) {
                connectTo(socket, event);
            }
            return;
        }
        if (!ends.two(event, 1)) {
            return;
        }
        boolean tricked = wasAsked && given.one(event, 3) && !askedElsewhere();
        if (ends.isInternet()) {
            connectInternet(socket, tricked);
        } else if (socket.kind == DescriptorKind.UNIX_SOCKET && ends.family() == SocketAddress.UNIX) {
            socket.unixSource = ends.unixSource();
            socket.unixDestination = ends.unixDestination();
            socket.name = machine.keptShort(tricked ? ends.unixText(asked.path()) : ends.text());
        } else {
            return;
        }
        if (!socket.hasRole()) {
            socket.mark(Descriptor.CLIENT);
        }
    }

    /// Whether the kernel's own record of the far end differs from what the caller's memory held after
    /// the call; then the record needs no second source. Otherwise both may come from memory that was
    /// changed meanwhile, and what was asked for at first counts.
    private boolean askedElsewhere() {
        if (asked.family() != ends.family() || given.family() != ends.family()) {
            return true;
        }
        if (ends.family() == SocketAddress.UNIX) {
            return !ends.path().equals(given.path());
        }
        return ends.isMapped() != given.isMapped()
                || asked.isMapped() != ends.isMapped()
                || ends.destinationPort() != given.sourcePort()
                || !ends.destination(null).equals(given.source(null));
    }

    private void connectInternet(Descriptor socket, boolean asAsked) {
        socket.becomeConnection(ends.kind());
        var destination = asAsked ? asked.source(null) : ends.destination(null);
        int port = asAsked ? asked.sourcePort() : ends.destinationPort();
        boolean changed = takeEnds(socket, ends.source(socket.sourceAddress), ends.sourcePort(), destination, port);
        if (changed && socket.isServer() && isUdp(socket)) {
            socket.swapEnds();
        }
        socket.name = name(socket);
    }

    /// The kernel told of no ends (TCP fast open): what was asked for is all there is.
    private void connectTo(Descriptor socket, Event event) {
        if (!asked.isInternet()) {
            ends.two(event, 1);
            socket.name = ends.text();
            return;
        }
        socket.becomeConnection(asked.kind());
        socket.destinationAddress = asked.source(null);
        socket.destinationPort = asked.sourcePort();
    }

    // Sending and receiving

    /// A parser for a call that reads from its descriptor, without a word of ends.
    void read(Event event, Scene scene) {
        if (scene.descriptor != null && scene.descriptor.kind.isConnection() && Params.result(event) >= 0) {
            markConnected(scene);
        }
    }

    /// A parser for a call that receives, and tells the ends.
    Parser received(int tuple) {
        return (event, scene) -> {
            if (scene.descriptor != null && event.length(0) > 0 && Params.result(event) >= 0) {
                markConnected(scene);
                takeEnds(event, scene, tuple, true);
            }
        };
    }

    /// A parser for a call that sends, and tells the ends.
    void sent(Event event, Scene scene) {
        if (event.length(0) == 0 || Params.result(event) < 0) {
            return;
        }
        if (scene.descriptor == null) {
            guess(event, scene);
        }
        if (scene.descriptor != null) {
            markConnected(scene);
            takeEnds(event, scene, 4, false);
        }
    }

    /// Data is sent over a descriptor nobody knows: it must be a socket, and what it speaks is most
    /// likely UDP.
    private void guess(Event event, Scene scene) {
        boolean fits = event.type().params().get(2).name().equals("fd") && event.length(4) > 0;
        if (fits && ends.two(event, 4) && ends.isInternet()) {
            make(scene, Params.signed(event, 2), ends.family(), SOCK_DGRAM, IPPROTO_UDP, 0);
        }
    }

    private static void markConnected(Scene scene) {
        if (scene.descriptor.kind.isConnection() && !scene.descriptor.isConnected()) {
            scene.change().becomeConnected();
        }
    }

    private void takeEnds(Event event, Scene scene, int tuple, boolean incoming) {
        var socket = scene.descriptor;
        boolean settled = !socket.name.isEmpty() && isTcp(socket);
        if (settled || !ends.two(event, tuple)) {
            return;
        }
        if (!ends.isInternet() && ends.family() != SocketAddress.UNIX || bringsNews(socket)) {
            socket = scene.change();
            if (update(socket)) {
                if (socket.kind.isConnection()) {
                    orient(socket, incoming);
                    socket.name = name(socket);
                } else {
                    socket.name = machine.keptShort(ends.text());
                }
            }
        }
    }

    /// Whether the ends are others than those known, in either order.
    private boolean bringsNews(Descriptor socket) {
        if (ends.family() == SocketAddress.UNIX || !socket.kind.isConnection() || socket.kind != ends.kind()) {
            return true;
        }
        var source = socket.sourceAddress;
        var destination = socket.destinationAddress;
        return !isTuple(source, socket.sourcePort, destination, socket.destinationPort)
                && !isTuple(destination, socket.destinationPort, source, socket.sourcePort);
    }

    @SuppressWarnings("StringEquality") // a view answers with the known object if it says the same
    private boolean isTuple(String source, int sourcePort, String destination, int destinationPort) {
        return ends.sourcePort() == sourcePort
                && ends.destinationPort() == destinationPort
                && ends.source(source) == source
                && ends.destination(destination) == destination;
    }

    private boolean update(Descriptor socket) {
        if (ends.family() == SocketAddress.UNIX) {
            socket.kind = DescriptorKind.UNIX_SOCKET;
            socket.unixSource = ends.unixSource();
            socket.unixDestination = ends.unixDestination();
            return true;
        }
        if (ends.isInternet()) {
            socket.becomeConnection(ends.kind());
            if (!takeEnds(socket)) {
                return false;
            }
        }
        if (socket.kind.isConnection()) {
            if (socket.transport == Transport.UNKNOWN) {
                socket.transport = Transport.UDP; // TCP does not change its ends
            }
            machine.interfaces().complete(socket);
        }
        return true;
    }

    /// Who reads first serves, who writes first asks; then the ends are put so that the client's is the
    /// source.
    private static void orient(Descriptor socket, boolean incoming) {
        if (!socket.hasRole()) {
            boolean serves = incoming && socket.kind == DescriptorKind.IPV4_SOCKET;
            socket.mark(serves ? Descriptor.SERVER : Descriptor.CLIENT);
        }
        if (incoming ? socket.isClient() : socket.isServer()) {
            socket.swapEnds();
        }
    }

    private boolean takeEnds(Descriptor socket) {
        return takeEnds(
                socket,
                ends.source(socket.sourceAddress),
                ends.sourcePort(),
                ends.destination(socket.destinationAddress),
                ends.destinationPort());
    }

    /// @return whether anything is new; ends the other way round are not
    private static boolean takeEnds(
            Descriptor socket, String source, int sourcePort, String destination, int destinationPort) {
        boolean same = source.equals(socket.sourceAddress)
                && sourcePort == socket.sourcePort
                && destination.equals(socket.destinationAddress)
                && destinationPort == socket.destinationPort;
        boolean reversed = destination.equals(socket.sourceAddress)
                && destinationPort == socket.sourcePort
                && source.equals(socket.destinationAddress)
                && sourcePort == socket.destinationPort;
        if (same || reversed) {
            return false;
        }
        socket.sourceAddress = source;
        socket.sourcePort = sourcePort;
        socket.destinationAddress = destination;
        socket.destinationPort = destinationPort;
        return true;
    }

    private static boolean isUdp(Descriptor socket) {
        return socket.kind == DescriptorKind.IPV4_SOCKET && socket.transport == Transport.UDP;
    }

    private static boolean isTcp(Descriptor socket) {
        return socket.kind == DescriptorKind.IPV4_SOCKET && socket.transport == Transport.TCP;
    }

    // As the kernel shows it

    private static final int ESTABLISHED = 1;
    private static final int LISTENS = 10;
    /// Below, a port was chosen by somebody; from here on, the kernel gives them out (its usual range).
    private static final int FIRST_GIVEN_PORT = 32_768;

    /// A socket that no event has told of, named as events would have named it.
    static Descriptor of(KernelFacts.Socket facts, Machine machine) {
        var socket = new Descriptor();
        switch (facts.family()) {
            case SocketAddress.UNIX -> unix(socket, facts, machine);
            case SocketAddress.IPV4, SocketAddress.IPV6 -> internet(socket, facts);
            case NETLINK -> socket.kind = DescriptorKind.NETLINK;
            default -> {
                // of a kind that is not followed
            }
        }
        return socket;
    }

    private static void unix(Descriptor socket, KernelFacts.Socket facts, Machine machine) {
        socket.kind = DescriptorKind.UNIX_SOCKET;
        socket.unixSource = facts.self();
        socket.unixDestination = facts.peer();
        if (facts.path().isEmpty() || facts.peer() == 0) {
            socket.name = machine.keptShort(facts.path());
        } else {
            socket.name = machine.keptShort(
                    Long.toHexString(facts.self()) + "->" + Long.toHexString(facts.peer()) + " " + facts.path());
        }
        if (facts.state() == LISTENS) {
            socket.mark(Descriptor.SERVER);
        }
    }

    private static void internet(Descriptor socket, KernelFacts.Socket facts) {
        boolean mapped = Addresses.isMapped(facts.local()) && Addresses.isMapped(facts.remote());
        boolean ipv4 = facts.family() == SocketAddress.IPV4 || mapped;
        var local = mapped ? facts.local().substring(12) : facts.local();
        var remote = mapped ? facts.remote().substring(12) : facts.remote();
        socket.transport = transport(facts.type(), facts.protocol());
        boolean waits = facts.remotePort() == 0
                && (facts.state() == LISTENS || facts.localPort() > 0 && facts.localPort() < FIRST_GIVEN_PORT);
        if (waits) {
            socket.becomeServer(
                    ipv4 ? DescriptorKind.IPV4_SERVER : DescriptorKind.IPV6_SERVER, local, facts.localPort());
            socket.name = Addresses.endpoint(facts.local(), facts.localPort());
            return;
        }
        socket.becomeConnection(ipv4 ? DescriptorKind.IPV4_SOCKET : DescriptorKind.IPV6_SOCKET);
        if (facts.remotePort() == 0) {
            return;
        }
        takeEnds(socket, local, facts.localPort(), remote, facts.remotePort());
        boolean serves = facts.localPort() < FIRST_GIVEN_PORT && facts.remotePort() >= FIRST_GIVEN_PORT;
        socket.mark(serves ? Descriptor.SERVER : Descriptor.CLIENT);
        if (serves) {
            socket.swapEnds();
        }
        if (facts.state() == ESTABLISHED) {
            socket.becomeConnected();
        }
        socket.name = name(socket);
    }

    static String name(Descriptor socket) {
        return switch (socket.transport) {
            case TCP, UDP ->
                Addresses.tuple(
                        socket.sourceAddress, socket.sourcePort, socket.destinationAddress, socket.destinationPort);
            case ICMP -> Addresses.pair(socket.sourceAddress, socket.destinationAddress);
            case RAW ->
                socket.kind == DescriptorKind.IPV4_SOCKET
                        ? Addresses.pair(socket.sourceAddress, socket.destinationAddress)
                        : "<unknown>";
            default -> "<unknown>";
        };
    }
}
