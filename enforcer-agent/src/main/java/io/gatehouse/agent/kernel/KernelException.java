// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

/// A call into the kernel or libbpf that failed: which call, about what, with which errno.
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    public KernelException(String call, String about, int errno) {
        super(call + " (" + about + "): " + Errno.text(errno));
        this.errno = errno;
    }

    public KernelException(String call, String about, int errno, String log) {
        super(call + " (" + about + "): " + Errno.text(errno) + (log.isBlank() ? "" : "\n" + log.strip()));
        this.errno = errno;
    }

    /// Positive, as in errno.h.
    public int errno() {
        return errno;
    }
}
