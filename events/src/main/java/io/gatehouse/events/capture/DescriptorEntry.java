// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

/// A file descriptor that was open when the recording began.
///
/// @param tid the thread in whose table it is
/// @param kind the file format's number of its type, see [DescriptorEntry.Kind]
/// @param name path, or what the recorder called it; "" for sockets that carry addresses
/// @param openFlags of files, in the format's own values; 0 if unknown
/// @param protocol transport: 0 unknown, 1 any, 2 TCP, 3 UDP, 4 ICMP, 5 raw
/// @param sourceAddress 4 or 16 bytes as text, null where there is none; of a server socket the address it
///     is bound to
/// @param source of a unix socket the kernel's address of this end
public record DescriptorEntry(
        long tid,
        long number,
        long inode,
        int kind,
        String name,
        long openFlags,
        long device,
        int protocol,
        String sourceAddress,
        int sourcePort,
        String destinationAddress,
        int destinationPort,
        long source,
        long destination) {

    /// The numbers of types.
    public static final class Kind {
        public static final int FILE = 1;
        public static final int DIRECTORY = 2;
        public static final int IPV4_SOCKET = 3;
        public static final int IPV6_SOCKET = 4;
        public static final int IPV4_SERVER = 5;
        public static final int IPV6_SERVER = 6;
        public static final int FIFO = 7;
        public static final int UNIX_SOCKET = 8;
        public static final int EVENT = 9;
        public static final int UNSUPPORTED = 10;
        public static final int SIGNALFD = 11;
        public static final int EVENTPOLL = 12;
        public static final int INOTIFY = 13;
        public static final int TIMERFD = 14;
        public static final int NETLINK = 15;
        public static final int FILE_V2 = 16;
        public static final int BPF = 17;
        public static final int USERFAULTFD = 18;
        public static final int IO_URING = 19;
        public static final int MEMFD = 20;
        public static final int PIDFD = 21;

        private Kind() {}
    }
}
