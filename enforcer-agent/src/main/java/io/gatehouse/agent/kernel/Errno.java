// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

/// Error numbers of the generic Linux ABI (include/uapi/asm-generic/errno-base.h), those that are told apart.
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int E2BIG = 7;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EINVAL = 22;

    private Errno() {}

    static String text(int errno) {
        return Native.c().strerror(errno) + " (errno " + errno + ")";
    }
}
