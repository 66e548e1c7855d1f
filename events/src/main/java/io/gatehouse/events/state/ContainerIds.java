// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// Finds container ids in control group paths. Every runtime has its own form; they are tried in a fixed
/// order.
final class ContainerIds {
    private static final int FULL = 64;
    private static final int SHORT = 12;

    /// What stands before and after a full id. Podman, Docker, the CRI runtimes.
    private static final String[][] AROUND = {
        {"/libpod-", ".scope"},
        {"/libpod-", ".scope/container"},
        {"/libpod-", ""},
        {"/libpod-payload-", ".scope"},
        {"/libpod-payload-", ".scope/container"},
        {"/libpod-payload-", ""},
        {"/", ""},
        {"/docker-", ".scope"},
        {"/crio-", ""},
        {"/cri-containerd-", ".scope"},
        {"/crio-", ".scope"},
        {":cri-containerd:", ""},
        {"/nerdctl-", ".scope"},
    };

    private static final String[] LXC = {"/lxc/", "/lxc.payload/", "/lxc.payload."};
    private static final String LIBVIRT = ".libvirt-lxc";
    private static final String LIBVIRT_SYSTEMD = "-lxc\\x2";
    private static final String LIBVIRT_OLD = "/libvirt/lxc/";

    private ContainerIds() {}

    /// The id, and the runtime where the path alone tells it.
    ///
    /// @param form what the path shows the id by
    record Found(String id, Container.Kind kind, Form form) {
        static final Found NOTHING = new Found("", Container.Kind.UNKNOWN, Form.NAME);

        /// Whether no group of the host would be called so by chance.
        boolean isHash() {
            return form == Form.HASH;
        }

        /// Whether no runtime will tell of the container, so that this is all there is to know.
        boolean isAll() {
            return kind != Container.Kind.UNKNOWN;
        }
    }

    enum Form {
        /// 64 hex digits, which a runtime has drawn.
        HASH,
        /// Chosen by somebody.
        NAME
    }

    static Found in(Cgroups cgroups) {
        for (int i = 0; i < cgroups.size(); i++) {
            var found = in(cgroups.path(i));
            if (!found.id.isEmpty()) {
                return found;
            }
        }
        return Found.NOTHING;
    }

    private static Found in(String path) {
        for (var around : AROUND) {
            var id = fullId(path, around[0], around[1]);
            if (id != null) {
                return new Found(id, Container.Kind.UNKNOWN, Form.HASH);
            }
        }
        var id = containerd(path);
        if (id != null) {
            return new Found(id, Container.Kind.UNKNOWN, Form.NAME);
        }
        id = lxc(path);
        if (id != null) {
            return new Found(id, Container.Kind.LXC, Form.NAME);
        }
        id = libvirt(path);
        if (id != null) {
            return new Found(id, Container.Kind.LIBVIRT_LXC, Form.NAME);
        }
        id = bpm(path);
        return id == null ? Found.NOTHING : new Found(id, Container.Kind.BPM, Form.NAME);
    }

    /// 64 hex digits between the last places of prefix and suffix, cut to the usual 12.
    private static String fullId(String path, String prefix, String suffix) {
        int start = path.lastIndexOf(prefix);
        if (start < 0) {
            return null;
        }
        start += prefix.length();
        int end = suffix.isEmpty() ? path.length() : path.lastIndexOf(suffix);
        if (end - start != FULL) {
            return null;
        }
        for (int i = start; i < end; i++) {
            if (Character.digit(path.charAt(i), 16) < 0) {
                return null;
            }
        }
        return path.substring(start, start + SHORT);
    }

    /// `/namespace/id`, where both are free names; groups of systemd look alike and are told by their
    /// endings.
    private static String containerd(String path) {
        int open = path.indexOf('/');
        while (open >= 0) {
            int close = path.indexOf('/', open + 1);
            if (close < 0) {
                return null;
            }
            if (isName(path, open + 1, close)) {
                var namespace = path.substring(open, close + 1);
                int start = path.lastIndexOf(namespace) + namespace.length();
                int length = path.length() - start;
                if (length == 0
                        || length > FULL
                        || path.endsWith(".service")
                        || path.endsWith(".slice")
                        || path.endsWith(".scope")) {
                    return null;
                }
                return path.substring(start, start + Math.min(SHORT, length));
            }
            open = close;
        }
        return null;
    }

    /// Letters and digits, with single dots, underscores and hyphens between.
    private static boolean isName(String path, int from, int to) {
        boolean separated = true;
        for (int i = from; i < to; i++) {
            char c = path.charAt(i);
            boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!alphanumeric && (separated || c != '.' && c != '_' && c != '-')) {
                return false;
            }
            separated = !alphanumeric;
        }
        return !separated;
    }

    private static String lxc(String path) {
        for (var prefix : LXC) {
            int at = path.indexOf(prefix);
            if (at >= 0) {
                int start = at + prefix.length();
                int end = path.indexOf('/', start);
                return path.substring(start, end < 0 ? path.length() : end);
            }
        }
        return null;
    }

    private static String libvirt(String path) {
        int slash = path.lastIndexOf('/');
        if (path.endsWith(LIBVIRT) && slash >= 0 && path.indexOf(LIBVIRT) == path.length() - LIBVIRT.length()) {
            int end = path.length() - LIBVIRT.length();
            return slash < end ? path.substring(slash + 1, end) : null;
        }
        int at = path.indexOf(LIBVIRT_SYSTEMD);
        if (at >= 0) {
            var ending = path.contains(".scope/libvirt") ? ".scope/libvirt" : ".scope";
            int start = at + LIBVIRT_SYSTEMD.length() + 1;
            int end = path.length() - ending.length();
            if (path.endsWith(ending) && path.indexOf(ending) == end && start <= end) {
                return path.substring(start, end);
            }
        }
        at = path.indexOf(LIBVIRT_OLD);
        return at < 0 ? null : path.substring(at + LIBVIRT_OLD.length());
    }

    private static String bpm(String path) {
        int at = path.indexOf("bpm-");
        if (at < 0) {
            return null;
        }
        int start = at + "bpm-".length();
        int end = path.indexOf(".scope", start);
        var id = path.substring(start, end < 0 ? path.length() : end);
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean allowed =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._-".indexOf(c) >= 0;
            if (!allowed) {
                return null;
            }
        }
        return id.isEmpty() ? null : id;
    }
}
