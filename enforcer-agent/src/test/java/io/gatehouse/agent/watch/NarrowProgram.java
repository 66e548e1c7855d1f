// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/// A 32-bit x86 program, put together here so that no compiler is needed: by socketcall it makes a UDP socket and
/// connects it to the loopback address, then it ends.
final class NarrowProgram {
    static final int PORT = 4711;

    private static final int BASE = 0x08048000;
    private static final int HEADERS = 52 + 32;
    private static final int DATA = HEADERS + 128;

    private NarrowProgram() {}

    static void assumeRuns(Path folder) throws IOException, InterruptedException {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "only x86 has this entry");
        try {
            run(folder);
        } catch (IOException e) {
            assumeTrue(false, "this kernel runs no 32-bit programs: " + e.getMessage());
        }
    }

    /// Runs it to its end.
    ///
    /// @return its process id
    static int run(Path folder) throws IOException, InterruptedException {
        var file = folder.resolve("narrow");
        if (!Files.exists(file)) {
            Files.write(file, image());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        }
        var process = new ProcessBuilder(file.toString()).start();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        return Math.toIntExact(process.pid());
    }

    private static byte[] image() {
        var image = ByteBuffer.allocate(DATA + 64).order(ByteOrder.LITTLE_ENDIAN);
        header(image);
        int forSocket = BASE + DATA;
        int forConnect = forSocket + 12;
        int address = forConnect + 12;
        image.position(HEADERS);
        socketcall(image, 1, forSocket);
        image.put((byte) 0xa3).putInt(forConnect); // mov [forConnect], eax
        socketcall(image, 3, forConnect);
        image.put((byte) 0xb8).putInt(1); // exit
        image.put((byte) 0x31).put((byte) 0xdb); // xor ebx, ebx
        trap(image);
        image.position(DATA);
        image.putInt(2).putInt(2).putInt(0); // AF_INET, SOCK_DGRAM
        image.putInt(0).putInt(address).putInt(16);
        image.putShort((short) 2)
                .order(ByteOrder.BIG_ENDIAN)
                .putShort((short) PORT)
                .putInt(0x7f000001);
        return image.array();
    }

    private static void socketcall(ByteBuffer image, int what, int arguments) {
        image.put((byte) 0xb8).putInt(102); // mov eax
        image.put((byte) 0xbb).putInt(what); // mov ebx
        image.put((byte) 0xb9).putInt(arguments); // mov ecx
        trap(image);
    }

    private static void trap(ByteBuffer image) {
        image.put((byte) 0xcd).put((byte) 0x80);
    }

    /// Of an executable for i386 with one segment: all of the file, to be read, written and run.
    private static void header(ByteBuffer image) {
        image.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1}).position(16);
        image.putShort((short) 2).putShort((short) 3).putInt(1);
        image.putInt(BASE + HEADERS).putInt(52).putInt(0).putInt(0);
        image.putShort((short) 52).putShort((short) 32).putShort((short) 1);
        image.position(52);
        image.putInt(1).putInt(0).putInt(BASE).putInt(BASE);
        image.putInt(image.capacity()).putInt(image.capacity()).putInt(7).putInt(0x1000);
    }
}
