// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// An open file, socket or other thing that a process has a number for. Shared by parent and child until
/// one of them changes it.
public final class Descriptor {
    static final int CLOSE_ON_EXEC = 1 << 12;
    static final int CLIENT = 1 << 2;
    static final int SERVER = 1 << 3;
    static final int SOCKET_PIPE = 1 << 6;
    static final int CONNECTED = 1 << 13;
    static final int PENDING = 1 << 15;
    static final int FAILED = 1 << 16;
    static final int UPPER_LAYER = 1 << 17;
    static final int LOWER_LAYER = 1 << 18;

    DescriptorKind kind = DescriptorKind.UNKNOWN;
    String name = "";
    String rawName = "";
    int openFlags;
    int marks;
    int device;
    int mountId;
    long inode;
    long pid;
    long number = -1;
    /// Of a connection: its client's end. Null if unknown.
    String sourceAddress;
    /// Of a connection: its server's end; of a server: the address it is bound to. Null if unknown.
    String destinationAddress;
    int sourcePort;
    int destinationPort;
    Transport transport = Transport.UNKNOWN;
    long unixSource;
    long unixDestination;
    /// How many tables it is in; one in several is copied before it is changed.
    int holders;
    /// Chars of its name that the machine counts while it is in a table.
    int charged;
    private String splitName;
    private String directory;
    private String fileName;

    Descriptor() {}

    Descriptor(DescriptorKind kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    /// The same thing seen from another number or process.
    Descriptor copy() {
        var copy = new Descriptor(kind, name);
        copy.rawName = rawName;
        copy.openFlags = openFlags;
        copy.marks = marks;
        copy.device = device;
        copy.mountId = mountId;
        copy.inode = inode;
        copy.pid = pid;
        copy.number = number;
        copy.sourceAddress = sourceAddress;
        copy.destinationAddress = destinationAddress;
        copy.sourcePort = sourcePort;
        copy.destinationPort = destinationPort;
        copy.transport = transport;
        copy.unixSource = unixSource;
        copy.unixDestination = unixDestination;
        return copy;
    }

    public DescriptorKind kind() {
        return kind;
    }

    /// A path, a tuple `1.2.3.4:5->6.7.8.9:10`, or whatever names it; empty if nothing does.
    public String name() {
        return name;
    }

    /// The path as the caller wrote it; empty if unknown.
    public String rawName() {
        return rawName;
    }

    /// In the values of capture files (`O_RDONLY` 1 …).
    public int openFlags() {
        return openFlags;
    }

    public int device() {
        return device;
    }

    public int mountId() {
        return mountId;
    }

    /// 0 if unknown.
    public long inode() {
        return inode;
    }

    /// The process a pidfd stands for.
    public long pid() {
        return pid;
    }

    /// The number it was last entered under.
    public long number() {
        return number;
    }

    /// Of an internet connection: the client's address, 4 or 16 chars; null if there is none.
    public String sourceAddress() {
        return sourceAddress;
    }

    /// Of an internet connection: the server's address; of a bound socket: its own. 4 or 16 chars; null
    /// if there is none.
    public String destinationAddress() {
        return destinationAddress;
    }

    public int sourcePort() {
        return sourcePort;
    }

    /// Of a bound socket: its own.
    public int destinationPort() {
        return destinationPort;
    }

    /// As the socket was made. Rules see it once the ends are known: [#knownTransport].
    public Transport transport() {
        return transport;
    }

    /// As rules see it.
    public Transport knownTransport() {
        return switch (kind) {
            case IPV4_SERVER, IPV6_SERVER -> transport;
            case IPV4_SOCKET, IPV6_SOCKET ->
                transport == Transport.RAW || hasRole() ? transport : Transport.NOT_APPLICABLE;
            default -> Transport.NOT_APPLICABLE;
        };
    }

    public long unixSource() {
        return unixSource;
    }

    public long unixDestination() {
        return unixDestination;
    }

    public boolean isClient() {
        return is(CLIENT);
    }

    public boolean isServer() {
        return is(SERVER);
    }

    /// Whether it is known which end of a connection the process is.
    public boolean hasRole() {
        return (marks & (CLIENT | SERVER)) != 0;
    }

    public boolean isConnected() {
        return is(CONNECTED);
    }

    public boolean isPending() {
        return is(PENDING);
    }

    public boolean isFailed() {
        return is(FAILED);
    }

    /// One end of a socket pair.
    public boolean isSocketPipe() {
        return is(SOCKET_PIPE);
    }

    public boolean isUpperLayer() {
        return is(UPPER_LAYER);
    }

    public boolean isLowerLayer() {
        return is(LOWER_LAYER);
    }

    /// The directory that a file is in, or that it is; null for anything else.
    public String directory() {
        split();
        return directory;
    }

    /// Behind the last slash of a file's name; null for anything else, and if the name has none.
    public String fileName() {
        split();
        return fileName;
    }

    @SuppressWarnings("StringEquality") // the same object, so the parts are still right
    private void split() {
        if (splitName == name) {
            return;
        }
        splitName = name;
        int slash = name.lastIndexOf('/');
        fileName = kind.isFile() && slash >= 0 ? name.substring(slash + 1) : null;
        directory = kind == DescriptorKind.DIRECTORY
                ? name
                : !kind.isFile() ? null : slash <= 0 ? "/" : name.substring(0, slash);
    }

    /// Whether an exec of the process closes it.
    boolean closesOnExec() {
        return (openFlags & CLOSE_ON_EXEC) != 0
                || kind == DescriptorKind.EVENTPOLL && (openFlags & 1) != 0
                || kind == DescriptorKind.MEMFD && (openFlags & 1) != 0;
    }

    void keepOnExec() {
        openFlags &= ~(CLOSE_ON_EXEC | 1);
    }

    void closeOnExec() {
        openFlags |= CLOSE_ON_EXEC;
    }

    /// Makes it a socket of two ends, both unknown so far.
    void becomeConnection(DescriptorKind of) {
        if (kind == of && sourceAddress != null && destinationAddress != null) {
            return;
        }
        var any = of == DescriptorKind.IPV4_SOCKET ? Addresses.ANY_4 : Addresses.ANY_6;
        kind = of;
        sourceAddress = any;
        destinationAddress = any;
        sourcePort = 0;
        destinationPort = 0;
    }

    /// Makes it a socket that is bound.
    void becomeServer(DescriptorKind of, String address, int port) {
        kind = of;
        sourceAddress = null;
        sourcePort = 0;
        destinationAddress = address;
        destinationPort = port;
        mark(SERVER);
    }

    void swapEnds() {
        var address = sourceAddress;
        sourceAddress = destinationAddress;
        destinationAddress = address;
        int port = sourcePort;
        sourcePort = destinationPort;
        destinationPort = port;
    }

    boolean is(int mark) {
        return (marks & mark) != 0;
    }

    void mark(int mark) {
        marks |= mark;
    }

    void becomeConnected() {
        marks = marks & ~(PENDING | FAILED) | CONNECTED;
    }

    void becomePending() {
        marks = marks & ~(CONNECTED | FAILED) | PENDING;
    }

    void becomeFailed() {
        marks = marks & ~(CONNECTED | PENDING) | FAILED;
    }

    @Override
    public String toString() {
        return number + " " + kind + " " + name;
    }
}
