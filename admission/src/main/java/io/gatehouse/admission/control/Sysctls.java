// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.engine.policy.Glob;
import io.gatehouse.schemas.policy.PrivilegeSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Kernel settings that a pod asks for: `privilege.sysctls`.
record Sysctls() implements Control {
    static final String RULE = "admission.privilege.sysctls";

    /// Those that kubelets take by default: they hold in the pod's own namespaces and cannot harm another.
    private static final Set<String> SAFE = Set.of(
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ping_group_range",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_notsent_lowat",
            "net.ipv4.tcp_rmem",
            "net.ipv4.tcp_slow_start_after_idle",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.tcp_wmem");

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().privilege().flatMap(PrivilegeSection::sysctls);
        var context = Fields.mapping(arrival.pod().spec(), "securityContext");
        if (asked.isEmpty() || context.isEmpty()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        var sysctls = Fields.mappings(context.get(), "sysctls");
        for (int i = 0; i < sysctls.size(); i++) {
            var seen = Fields.value(sysctls.get(i), "name");
            var name = Fields.text(sysctls.get(i), "name").orElse("").replace('/', '.');
            if (asked.get().stream().noneMatch(allowed -> allows(allowed, name))) {
                breaches.add(new Breach(
                        RULE,
                        arrival.pod().path() + ".securityContext.sysctls[" + i + "].name",
                        Fields.show(seen),
                        asked.get().isEmpty() ? "none" : "only " + String.join(", ", asked.get()),
                        "the pod sets " + name + " of the kernel",
                        "remove it",
                        seen.map(node -> node.span()).orElse(sysctls.get(i).span()),
                        Optional.empty()));
            }
        }
        return breaches;
    }

    private static boolean allows(String allowed, String name) {
        return allowed.equals(PrivilegeSection.SAFE_SYSCTLS) ? SAFE.contains(name) : Glob.matches(allowed, name);
    }
}
