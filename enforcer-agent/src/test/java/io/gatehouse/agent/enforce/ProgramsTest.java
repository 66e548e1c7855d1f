// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.KernelTypes;
import io.gatehouse.agent.kernel.Machine;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Also those that this kernel has no use for: what stands in for LSM is wanted where LSM is not, which is too late to
/// learn that it does not load.
@Tag("kernel")
class ProgramsTest {
    /// Why a kernel may refuse a program. All else is a fault of the program.
    private static final Map<String, String> MAY_BE_REFUSED = Map.of(
            "gh_personality", "kernels without error injection let nobody answer for a call",
            "gh_personality_narrow", "the same, and kernels without 32-bit calls",
            "gh_device", "older kernels give programs of cgroups no memory of a task");

    @Test
    void every_program_loads_where_its_hook_is() {
        assumeTrue(
                Machine.lacks().isEmpty(),
                () -> "needs " + Machine.lacks().getFirst().what());
        var image = BpfObject.Image.ofResource("/io/gatehouse/agent/bpf/gatehouse.bpf.o");
        var refused = new TreeMap<String, String>();
        try (var types = KernelTypes.read()) {
            image.programs().forEach((name, section) -> {
                if (hasHook(section, types) && !MAY_BE_REFUSED.containsKey(name)) {
                    refused.putAll(refusedOf(image, name));
                }
            });
        }
        refused.values()
                .removeIf(why -> why.contains("Operation not permitted")); // of a kernel that wants no such kind
        assertEquals(Map.of(), refused);
    }

    private static Map<String, String> refusedOf(BpfObject.Image image, String name) {
        try (var alone = BpfObject.load(image, Set.of(name), Map.of(), Map.of())) {
            return alone.refused();
        }
    }

    private static boolean hasHook(String section, KernelTypes types) {
        var hook = section.substring(section.indexOf('/') + 1);
        return switch (section.substring(0, section.indexOf('/') < 0 ? section.length() : section.indexOf('/'))) {
            case "lsm" -> types.hasFunction("bpf_lsm_" + hook);
            case "fentry" -> types.hasFunction(hook);
            case "tp_btf" -> types.hasTracepoint(hook);
            default -> true;
        };
    }
}
