// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.events.capture.DescriptorEntry;
import io.gatehouse.events.capture.DescriptorEntry.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// The sockets of one network namespace, as the tables of `/proc/PID/net` tell of them; without number and task.
final class NetworkTables {
    private static final int MOST = 1 << 20;
    private static final int TCP = 2;
    private static final int UDP = 3;
    private static final int RAW = 5;
    private static final String LISTENS = "0A";

    // Columns
    private static final int NEAR = 1;
    private static final int FAR = 2;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final int UNIX_INODE = 6;
    private static final int UNIX_PATH = 7;

    private final Map<Long, DescriptorEntry> byInode = new HashMap<>();

    private NetworkTables() {}

    /// @param directory with a slash at its end; a table that is not there or cannot be read has no sockets
    static Map<Long, DescriptorEntry> of(String directory) {
        var tables = new NetworkTables();
        tables.read(directory + "tcp", line -> tables.internet(line, TCP));
        tables.read(directory + "tcp6", line -> tables.internet(line, TCP));
        tables.read(directory + "udp", line -> tables.internet(line, UDP));
        tables.read(directory + "udp6", line -> tables.internet(line, UDP));
        tables.read(directory + "raw", line -> tables.internet(line, RAW));
        tables.read(directory + "raw6", line -> tables.internet(line, RAW));
        tables.read(directory + "unix", tables::unix);
        tables.read(directory + "netlink", tables::netlink);
        return tables.byInode;
    }

    private void read(String path, Consumer<String> line) {
        try (BufferedReader lines = Files.newBufferedReader(Path.of(path), StandardCharsets.ISO_8859_1)) {
            lines.readLine(); // the heading
            for (var each = lines.readLine(); each != null && byInode.size() < MOST; each = lines.readLine()) {
                line.accept(each);
            }
        } catch (IOException _) {
            return; // the process is gone, or the kernel has no such sockets
        }
    }

    private void internet(String line, int protocol) {
        var words = line.strip().split("\\s+");
        if (words.length <= INODE) {
            return;
        }
        var near = words[NEAR].split(":");
        var far = words[FAR].split(":");
        if (near.length != 2 || far.length != 2 || near[0].length() % 8 != 0 || far[0].length() % 8 != 0) {
            return;
        }
        boolean isIpv4 = near[0].length() == 8;
        boolean isServer = words[STATE].equals(LISTENS) || far[1].equals("0000");
        int kind = isServer
                ? (isIpv4 ? Kind.IPV4_SERVER : Kind.IPV6_SERVER)
                : isIpv4 ? Kind.IPV4_SOCKET : Kind.IPV6_SOCKET;
        add(new DescriptorEntry(
                -1,
                -1,
                ProcTask.number(words[INODE], 0),
                kind,
                "",
                0,
                0,
                protocol,
                address(near[0]),
                Integer.parseInt(near[1], 16),
                isServer ? null : address(far[0]),
                isServer ? 0 : Integer.parseInt(far[1], 16),
                0,
                0));
    }

    /// Words of four bytes, each as the processor's number of it: the last byte first on those that we run on.
    private static String address(String hex) {
        var bytes = new StringBuilder();
        for (int word = 0; word < hex.length(); word += 8) {
            for (int at = 6; at >= 0; at -= 2) {
                bytes.append((char) Integer.parseInt(hex, word + at, word + at + 2, 16));
            }
        }
        return bytes.toString();
    }

    private void unix(String line) {
        var words = line.strip().split("\\s+", UNIX_PATH + 1);
        if (words.length > UNIX_INODE) {
            var path = words.length > UNIX_PATH ? words[UNIX_PATH] : "";
            add(nameOnly(ProcTask.number(words[UNIX_INODE], 0), Kind.UNIX_SOCKET, path));
        }
    }

    private void netlink(String line) {
        var words = line.strip().split("\\s+");
        if (words.length > INODE) {
            add(nameOnly(ProcTask.number(words[INODE], 0), Kind.NETLINK, ""));
        }
    }

    private static DescriptorEntry nameOnly(long inode, int kind, String name) {
        return new DescriptorEntry(-1, -1, inode, kind, name, 0, 0, 0, null, 0, null, 0, 0, 0);
    }

    private void add(DescriptorEntry socket) {
        if (socket.inode() > 0) {
            byInode.putIfAbsent(socket.inode(), socket);
        }
    }
}
