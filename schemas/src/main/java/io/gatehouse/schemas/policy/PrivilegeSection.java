// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.util.List;
import java.util.Optional;

/// The `privilege` section: what opens the way from a container to the node. What is absent asks nothing.
///
/// @param settings fields of a pod that may have one value only
/// @param seccomp the filter of system calls
/// @param seLinuxTypes types that may be given
/// @param sysctls names, globs and `safe` ([SAFE_SYSCTLS]) that a pod may ask for
/// @param hostPorts ports of the node that may be taken
/// @param relaxed settings that are not asked of a pod with users of its own
public record PrivilegeSection(
        List<Setting> settings,
        Optional<Capabilities> capabilities,
        Optional<Profiles> seccomp,
        Optional<Profiles> appArmor,
        Optional<List<String>> seLinuxTypes,
        Optional<List<String>> sysctls,
        Optional<List<Ports>> hostPorts,
        List<Setting> relaxed) {
    /// Stands for the sysctls that a kubelet takes without being told to.
    public static final String SAFE_SYSCTLS = "safe";

    /// Stands for the capabilities that the Pod Security Standard `baseline` lets a container add.
    public static final String BASELINE_CAPABILITIES = "baseline";

    public PrivilegeSection {
        settings = List.copyOf(settings);
        relaxed = List.copyOf(relaxed);
        seLinuxTypes = seLinuxTypes.map(List::copyOf);
        sysctls = sysctls.map(List::copyOf);
        hostPorts = hostPorts.map(List::copyOf);
    }

    /// One that asks for settings and nothing else.
    public static PrivilegeSection of(Setting... settings) {
        return new PrivilegeSection(
                List.of(settings),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    public boolean asks(Setting setting) {
        return settings.contains(setting);
    }

    public boolean asksNothing() {
        return settings.isEmpty()
                && capabilities.isEmpty()
                && seccomp.isEmpty()
                && appArmor.isEmpty()
                && seLinuxTypes.isEmpty()
                && sysctls.isEmpty()
                && hostPorts.isEmpty();
    }

    /// A field that the policy gives the one value it may have.
    public enum Setting {
        PRIVILEGED("privileged"),
        HOST_PID("hostPID"),
        HOST_IPC("hostIPC"),
        HOST_NETWORK("hostNetwork"),
        ALLOW_PRIVILEGE_ESCALATION("allowPrivilegeEscalation"),
        SHARE_PROCESS_NAMESPACE("shareProcessNamespace"),
        HOST_USERS("hostUsers"),
        HOST_PROCESS("hostProcess"),
        HOST_PROBES("hostProbes"),
        AUTOMOUNT_SERVICE_ACCOUNT_TOKEN("automountServiceAccountToken"),
        RUN_AS_ROOT("runAsRoot"),
        RUN_AS_NON_ROOT("runAsNonRoot"),
        PROC_MOUNT("procMount");

        private final String field;

        Setting(String field) {
            this.field = field;
        }

        /// As the policy document writes it.
        public String field() {
            return field;
        }
    }

    /// Names in capital letters, without `CAP_`.
    ///
    /// @param drop what every container must drop
    /// @param allow all that it may add; absent where anything not forbidden may be
    public record Capabilities(List<String> drop, Optional<List<String>> allow, List<String> forbid) {
        public Capabilities {
            drop = List.copyOf(drop);
            allow = allow.map(List::copyOf);
            forbid = List.copyOf(forbid);
        }
    }

    /// A profile that confines. `Unconfined` never passes.
    ///
    /// @param required one must be given
    /// @param localhost globs over those of the node that may be; absent where any may
    public record Profiles(boolean required, Optional<List<String>> localhost) {
        public Profiles {
            localhost = localhost.map(List::copyOf);
        }
    }

    /// From the one to the other, both included.
    public record Ports(int first, int last) {
        public boolean holds(long port) {
            return first <= port && port <= last;
        }

        @Override
        public String toString() {
            return first == last ? Integer.toString(first) : first + "-" + last;
        }
    }
}
