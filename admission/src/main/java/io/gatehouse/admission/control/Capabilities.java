// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.schemas.policy.PrivilegeSection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What a container adds to the capabilities that a runtime grants, and what it drops of them:
/// `privilege.capabilities`. Windows has none.
///
/// A spelling that not every runtime reads alike (`chown`, `CAP_NET_RAW`) is what is feared of it: forbidden if some
/// runtime takes it for what is forbidden, neither allowed nor dropped if some runtime does not.
record Capabilities() implements Control {
    static final String RULE = "admission.privilege.capabilities";

    /// What the Pod Security Standard `baseline` lets a container add: what runtimes grant by themselves, but for
    /// NET_RAW.
    private static final Set<String> BASELINE = Set.of(
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "NET_BIND_SERVICE",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT");

    private static final String ALL = "ALL";
    private static final String PREFIX = "CAP_";

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().privilege().flatMap(PrivilegeSection::capabilities);
        if (asked.isEmpty()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var container : covered) {
            added(asked.get(), container, breaches);
            if (!arrival.pod().isWindows()) {
                dropped(asked.get(), container, breaches);
            }
        }
        return breaches;
    }

    private static void added(PrivilegeSection.Capabilities asked, Container container, List<Breach> breaches) {
        var written = items(container, "add");
        for (int i = 0; i < written.size(); i++) {
            var name = written.get(i) instanceof Node.Text(var text, var _) ? text : "";
            boolean allowed =
                    asked.allow().isEmpty() || asked.allow().get().stream().anyMatch(one -> allows(one, name));
            var plain = plain(name);
            boolean forbidden = asked.forbid().contains(plain)
                    || plain.equals(ALL) && !asked.forbid().isEmpty();
            if (!allowed || forbidden) {
                breaches.add(new Breach(
                        RULE,
                        container.path() + ".securityContext.capabilities.add[" + i + "]",
                        Fields.show(Optional.of(written.get(i))),
                        forbidden
                                ? "none of " + String.join(", ", asked.forbid())
                                : only(asked.allow().get()),
                        container.words() + " adds the capability " + Fields.show(Optional.of(written.get(i))),
                        "remove it",
                        written.get(i).span(),
                        Optional.of(container)));
            }
        }
    }

    private static boolean allows(String allowed, String name) {
        return allowed.equals(name)
                || allowed.equals(PrivilegeSection.BASELINE_CAPABILITIES) && BASELINE.contains(name);
    }

    private static String only(List<String> allow) {
        return allow.isEmpty() ? "none" : "only " + String.join(", ", allow);
    }

    private static void dropped(PrivilegeSection.Capabilities asked, Container container, List<Breach> breaches) {
        if (asked.drop().isEmpty()) {
            return;
        }
        var drops = new HashSet<String>();
        for (var item : items(container, "drop")) {
            if (item instanceof Node.Text(var text, var _)) {
                drops.add(text);
            }
        }
        var kept = asked.drop().stream()
                .filter(name -> !drops.contains(name) && !drops.contains(ALL))
                .toList();
        if (!kept.isEmpty()) {
            var place = container.securityMapping("capabilities").flatMap(all -> Fields.value(all, "drop"));
            breaches.add(new Breach(
                    RULE,
                    container.path() + ".securityContext.capabilities.drop",
                    drops.isEmpty()
                            ? Breach.UNSET
                            : String.join(", ", drops.stream().sorted().toList()),
                    String.join(", ", asked.drop()),
                    container.words() + " keeps capabilities that it must drop: " + String.join(", ", kept),
                    "drop " + String.join(", ", kept),
                    place.map(Node::span).orElseGet(container::securitySpan),
                    Optional.of(container)));
        }
    }

    private static List<Node> items(Container container, String field) {
        return container
                .securityMapping("capabilities")
                .map(all -> Fields.items(all, field))
                .orElse(List.of());
    }

    /// What some runtime takes it for: they read names in any case, and some with the prefix.
    private static String plain(String name) {
        var upper = name.toUpperCase(Locale.ROOT);
        return upper.startsWith(PREFIX) ? upper.substring(PREFIX.length()) : upper;
    }
}
