// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.events.Act;
import io.gatehouse.schemas.alert.Verdict;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Java's layouts are those that clang compiled: compared with the type information (BTF) in the object itself.
class WireTest {
    private static CompiledTypes types;

    @BeforeAll
    static void read_the_compiled_types() throws IOException {
        types = CompiledTypes.of("gatehouse");
    }

    @Test
    void the_event_is_laid_out_as_java_reads_it() {
        size("gh_event", Wire.Event.SIZE);
        offset("gh_event.time_ns", Wire.Event.TIME_NS);
        offset("gh_event.scope", Wire.Event.SCOPE);
        offset("gh_event.start_ns", Wire.Event.START_NS);
        offset("gh_event.ino", Wire.Event.INO);
        offset("gh_event.dev", Wire.Event.DEV);
        offset("gh_event.generation", Wire.Event.GENERATION);
        offset("gh_event.tgid", Wire.Event.TGID);
        offset("gh_event.tid", Wire.Event.TID);
        offset("gh_event.uid", Wire.Event.UID);
        offset("gh_event.gid", Wire.Event.GID);
        offset("gh_event.mnt_ns", Wire.Event.MNT_NS);
        offset("gh_event.slot", Wire.Event.SLOT);
        offset("gh_event.rules", Wire.Event.RULES);
        offset("gh_event.violation_count", Wire.Event.VIOLATION_COUNT);
        offset("gh_event.violations", Wire.Event.VIOLATIONS);
        offset("gh_event.detail", Wire.Event.DETAIL);
        offset("gh_event.act", Wire.Event.ACT);
        offset("gh_event.facts", Wire.Event.FACTS);
        offset("gh_event.verdict", Wire.Event.VERDICT);
        offset("gh_event.backend", Wire.Event.BACKEND);
        offset("gh_event.ancestor_count", Wire.Event.ANCESTOR_COUNT);
        offset("gh_event.syscall", Wire.Event.SYSCALL);
        offset("gh_event.path_len", Wire.Event.PATH_LEN);
        offset("gh_event.exe_len", Wire.Event.EXE_LEN);
        offset("gh_event.args_len", Wire.Event.ARGS_LEN);
        offset("gh_event.comm", Wire.Event.COMM);
        offset("gh_event.ancestors", Wire.Event.ANCESTORS);
        offset("gh_event.path", Wire.Event.PATH);
        offset("gh_event.exe", Wire.Event.EXE);
        offset("gh_event.args", Wire.Event.ARGS);
        assertEquals(Wire.Event.SIZE - Wire.Event.ARGS, Wire.ARGS_CAPACITY, "args end the record");
        assertEquals(Wire.Event.EXE - Wire.Event.PATH, Wire.PATH_CAPACITY);
    }

    @Test
    void an_ancestor_is_laid_out_as_java_reads_it() {
        size("gh_ancestor", Wire.Ancestor.SIZE);
        offset("gh_ancestor.start_ns", Wire.Ancestor.START_NS);
        offset("gh_ancestor.tgid", Wire.Ancestor.TGID);
        offset("gh_ancestor.comm", Wire.Ancestor.COMM);
        assertEquals(Wire.ANCESTORS * Wire.Ancestor.SIZE, Wire.Event.PATH - Wire.Event.ANCESTORS);
    }

    @Test
    void map_keys_and_values_are_laid_out_as_java_writes_them() {
        size("gh_object", Wire.Object.SIZE);
        offset("gh_object.rules", Wire.Object.RULES);
        offset("gh_object.dev", Wire.Object.DEV);
        offset("gh_object.ino", Wire.Object.INO);
        offset("gh_object.generation", Wire.Object.GENERATION);
        offset("gh_object.kind", Wire.Object.KIND);
        size("gh_rules", Wire.Rules.SIZE);
        offset("gh_rules.flags", Wire.Rules.FLAGS);
        offset("gh_rules.endpoints", Wire.Rules.ENDPOINTS);
        size("gh_endpoint", Wire.Endpoint.SIZE);
        offset("gh_endpoint.prefix_len", Wire.Endpoint.PREFIX_LEN);
        offset("gh_endpoint.set", Wire.Endpoint.SET);
        offset("gh_endpoint.list", Wire.Endpoint.LIST);
        offset("gh_endpoint.family", Wire.Endpoint.FAMILY);
        offset("gh_endpoint.port", Wire.Endpoint.PORT);
        offset("gh_endpoint.address", Wire.Endpoint.ADDRESS);
        offset("gh_rules.marks", Wire.Rules.MARKS);
        assertEquals(Wire.Rules.POLICIES - Wire.Rules.MARKS, 8 * Wire.Rules.TREES, "policies follow the marks");
        size("gh_violation", Wire.Violation.SIZE);
        offset("gh_violation.rule", Wire.Violation.RULE);
        offset("gh_violation.policies", Wire.Violation.POLICIES);
        size("gh_detail", Wire.Detail.SIZE);
        offset("gh_detail.number", Wire.Detail.NUMBER);
        offset("gh_detail.family", Wire.Detail.FAMILY);
        offset("gh_detail.port", Wire.Detail.PORT);
        offset("gh_detail.address", Wire.Detail.ADDRESS);
        offset("gh_detail.type", Wire.Detail.TYPE);
        offset("gh_detail.protocol", Wire.Detail.PROTOCOL);
        size("gh_masks", Wire.Rules.MASKS);
        offset("gh_masks.report", Wire.Rules.REPORT);
        offset("gh_masks.deny", Wire.Rules.DENY);
        offset("gh_masks.kill", Wire.Rules.KILL);
        size("gh_place", Wire.Place.SIZE);
        offset("gh_place.policies", Wire.Place.POLICIES);
        offset("gh_place.above", Wire.Place.ABOVE);
        size("gh_slot", Wire.Slot.SIZE);
        offset("gh_slot.rules", Wire.Slot.RULES);
        offset("gh_slot.root_dev", Wire.Slot.ROOT_DEV);
        offset("gh_slot.serial", Wire.Slot.SERIAL);
        offset("gh_slot.seen", Wire.Slot.SEEN);
        offset("gh_rules.policies", Wire.Rules.POLICIES);
        size("gh_task", Wire.Task.SIZE);
        offset("gh_task.setting_up", Wire.Task.SETTING_UP);
        offset("gh_task.slot", Wire.Task.SLOT);
        offset("gh_task.serial", Wire.Task.SERIAL);
        size("gh_hold", Wire.Hold.SIZE);
        offset("gh_hold.start_ns", Wire.Hold.START_NS);
        offset("gh_hold.since_ns", Wire.Hold.SINCE_NS);
        offset("gh_hold.scope", Wire.Hold.SCOPE);
        offset("gh_hold.ino", Wire.Hold.INO);
        offset("gh_hold.dev", Wire.Hold.DEV);
        offset("gh_hold.generation", Wire.Hold.GENERATION);
        offset("gh_hold.facts", Wire.Hold.FACTS);
        size("gh_guarded", Wire.Guarded.SIZE);
        offset("gh_guarded.id", Wire.Guarded.ID);
        offset("gh_guarded.dev", Wire.Guarded.DEV);
        offset("gh_guarded.kind", Wire.Guarded.KIND);
    }

    @Test
    void the_words_for_all_programs_are_laid_out_as_java_writes_them() {
        size("gh_control", Wire.Control.SIZE);
        offset("gh_control.braked_until_ns", Wire.Control.BRAKED_UNTIL_NS);
        offset("gh_control.version", Wire.Control.VERSION);
        offset("gh_control.agent", Wire.Control.AGENT);
        offset("gh_control.holds", Wire.Control.HOLDS);
        offset("gh_control.default_rules", Wire.Control.DEFAULT_RULES);
        offset("gh_control.overflowed", Wire.Control.OVERFLOWED);
        offset("gh_control.host_root_dev", Wire.Control.HOST_ROOT_DEV);
        offset("gh_control.census", Wire.Control.CENSUS);
        offset("gh_control.retired", Wire.Control.RETIRED);
        offset("gh_control.braked_at_ms", Wire.Control.BRAKED_AT_MS);
        offset("gh_control.alive_ns", Wire.Control.ALIVE_NS);
        offset("gh_control.told_refused", Wire.Control.TOLD_REFUSED);
        offset("gh_control.told_killed", Wire.Control.TOLD_KILLED);
        offset("gh_control.told_lost", Wire.Control.TOLD_LOST);
        offset("gh_control.brake_reason", Wire.Control.BRAKE_REASON);
    }

    @Test
    void the_call_for_an_identity_is_laid_out_as_java_makes_it() {
        size("gh_identity", Wire.Identity.SIZE);
        offset("gh_identity.fd", Wire.Identity.FD);
        offset("gh_identity.rules", Wire.Identity.RULES);
        offset("gh_identity.ino", Wire.Identity.INO);
        offset("gh_identity.dev", Wire.Identity.DEV);
        offset("gh_identity.generation", Wire.Identity.GENERATION);
        offset("gh_identity.upper", Wire.Identity.UPPER);
        offset("gh_identity.overlay", Wire.Identity.OVERLAY);
        offset("gh_identity.below", Wire.Identity.BELOW);
        offset("gh_identity.error", Wire.Identity.ERROR);
        offset("gh_identity.volume", Wire.Identity.VOLUME);
        offset("gh_identity.write_forbidden", Wire.Identity.WRITE_FORBIDDEN);
        offset("gh_identity.read_forbidden", Wire.Identity.READ_FORBIDDEN);
        offset("gh_identity.apart", Wire.Identity.APART);
        offset("gh_identity.mode", Wire.Identity.MODE);
        offset("gh_identity.links", Wire.Identity.LINKS);
    }

    @Test
    void numbered_things_have_one_number_on_both_sides() {
        for (var rule : RuntimeRule.values()) {
            value("GH_" + rule.name(), rule.ordinal());
        }
        value("GH_RULE_COUNT", RuntimeRule.values().length);
        for (var counter : KernelCounter.values()) {
            value("GH_STAT_" + counter.name(), counter.ordinal());
        }
        for (var verdict : Verdict.values()) {
            value("GH_" + verdict.name(), verdict.ordinal());
        }
        value("GH_OBJECT_FILE", Wire.Object.KIND_FILE);
        value("GH_OBJECT_UPPER_FILE", Wire.Object.KIND_UPPER_FILE);
        value("GH_OBJECT_DIRECTORY", Wire.Object.KIND_DIRECTORY);
        value("GH_OBJECT_VOLUME", Wire.Object.KIND_VOLUME);
        value("GH_OBJECT_WRITE_FORBIDDEN", Wire.Object.KIND_WRITE_FORBIDDEN);
        value("GH_OBJECT_READ_FORBIDDEN", Wire.Object.KIND_READ_FORBIDDEN);
        value("GH_OBJECT_FORBIDDEN_PROGRAM", Wire.Object.KIND_FORBIDDEN_PROGRAM);
        value("GH_OBJECT_INTERPRETER", Wire.Object.KIND_INTERPRETER);
        value("GH_OBJECT_JIT", Wire.Object.KIND_JIT);
        value("GH_GUARDED_MAP", Wire.Guarded.KIND_MAP);
        value("GH_GUARDED_PROGRAM", Wire.Guarded.KIND_PROGRAM);
        value("GH_GUARDED_LINK", Wire.Guarded.KIND_LINK);
        value("GH_GUARDED_TREE", Wire.Guarded.KIND_TREE);
        value("GH_GUARDED_ABOVE", Wire.Guarded.KIND_ABOVE);
        value("GH_GUARDED_DEVICE", Wire.Guarded.KIND_DEVICE);
        value("GH_OBJECT_ABOVE_FORBIDDEN", Wire.Object.KIND_ABOVE_FORBIDDEN);
        assertEquals(Optional.of(Act.EXEC), Act.ofCode(types.value("GH_ACT_EXEC")));
        assertEquals(Optional.of(Act.STRANGER), Act.ofCode(types.value("GH_ACT_STRANGER")));
        assertEquals(Optional.of(Act.NAMED_CHANGE), Act.ofCode(types.value("GH_ACT_NAMED_CHANGE")));
        assertEquals(Optional.of(Act.LEFT), Act.ofCode(types.value("GH_ACT_LEFT")));
        assertEquals(Optional.of(Act.TAMPER), Act.ofCode(types.value("GH_ACT_TAMPER")));
        assertEquals(Act.values().length, types.valuesThatStartWith("GH_ACT_").size());
    }

    private static void size(String struct, int java) {
        types.size(struct, java);
    }

    private static void offset(String member, int java) {
        types.offset(member, java);
    }

    private static void value(String name, int java) {
        types.value(name, java);
    }
}
