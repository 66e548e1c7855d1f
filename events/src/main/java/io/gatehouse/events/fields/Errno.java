// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

/// Names of error numbers, the kernel's own ones above 511 included.
final class Errno {
    private static final String[] NAMES = new String[531];

    static {
        name(
                1,
                "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY");
        name(17, "EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS");
        name(31, "EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP");
        name(42, "ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO");
        name(56, "EBADRQC EBADSLT");
        name(59, "EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP");
        name(73, "EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ");
        name(85, "ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT");
        name(94, "ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH");
        name(102, "ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT");
        name(111, "ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM");
        name(121, "EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED");
        name(512, "ERESTARTSYS ERESTARTNOINTR ERESTARTNOHAND ENOIOCTLCMD ERESTART_RESTARTBLOCK");
        name(
                521,
                "EBADHANDLE ENOTSYNC EBADCOOKIE ENOTSUPP ETOOSMALL ESERVERFAULT EBADTYPE EJUKEBOX EIOCBQUEUED EIOCBRETRY");
    }

    private Errno() {}

    private static void name(int first, String names) {
        int number = first;
        for (var name : names.split(" ")) {
            NAMES[number++] = name;
        }
    }

    /// Of minus an error number, as calls return it; empty if it has no name.
    static String nameOf(long result) {
        long number = -(int) result;
        return number < 0 || number >= NAMES.length || NAMES[(int) number] == null ? "" : NAMES[(int) number];
    }
}
