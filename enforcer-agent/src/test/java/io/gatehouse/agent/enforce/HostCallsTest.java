// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.events.Act;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The table by which a kernel without LSM knows that a call breached a rule.
class HostCallsTest {
    private static final Set<RuntimeRule> RULES = Set.of(
            RuntimeRule.MOUNTS, RuntimeRule.NAMESPACES, RuntimeRule.MODULES, RuntimeRule.BPF, RuntimeRule.IO_URING);

    @Test
    void every_code_names_a_rule_an_act_and_a_condition_that_the_kernel_knows() {
        HostCalls.codes().forEach((number, code) -> {
            assertTrue(number >= 0 && number < 1024, "number " + number);
            assertTrue((code & Wire.Call.BAN) != 0, "code " + code);
            assertTrue(RULES.contains(RuntimeRule.values()[code & 255]), "rule of " + number);
            assertTrue(Act.ofCode(code >> 8 & 255).isPresent(), "act of " + number);
            assertTrue((code >> 16 & 255) <= HostCalls.If.BORN_APART.ordinal(), "condition of " + number);
            assertTrue(HostCalls.name(number).isPresent(), "name of " + number);
        });
    }

    /// Both tables go into one map of the kernel.
    @Test
    void no_call_changes_files_and_reaches_out_of_the_container_too() {
        assertTrue(Collections.disjoint(
                HostCalls.codes().keySet(), SyscallTable.codes().keySet()));
    }

    @Test
    void a_call_is_named_by_its_number_on_either_entry() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the numbers here are x86-64's");
        assertEquals(Optional.of("mount"), HostCalls.name(165));
        assertEquals(Optional.of("mount"), HostCalls.name(512 + 21));
        assertEquals(Optional.of("umount"), HostCalls.name(512 + 22));
        assertEquals(Optional.of("setns"), HostCalls.name(308));
        assertEquals(Optional.empty(), HostCalls.name(0)); // read
        assertFalse(HostCalls.codes().containsKey(62), "a signal is no breach by itself"); // kill
    }
}
