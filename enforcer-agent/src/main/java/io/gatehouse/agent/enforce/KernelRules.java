// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelSide.Identity;
import io.gatehouse.agent.kernel.BpfMap;
import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.PidFd;
import io.gatehouse.agent.kernel.Wire;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The maps that hold what each container may do. Writes one generation beside the other; a slot's one word decides
/// which is in force.
final class KernelRules {
    private final BpfMap scopes;
    private final BpfMap slots;
    private final BpfMap rulesets;
    private final BpfMap allowed;
    private final BpfMap tasks;
    private final BpfMap reserve;
    private final BpfMap places;

    KernelRules(BpfObject object) {
        this.scopes = object.map("gh_scopes", 8, 4);
        this.slots = object.map("gh_slots", 4, Wire.Slot.SIZE);
        this.rulesets = object.map("gh_rulesets", 4, Wire.Rules.SIZE);
        this.allowed = object.map("gh_allowed", Wire.Object.SIZE, 4);
        this.tasks = object.map("gh_tasks", 4, Wire.Task.SIZE);
        this.reserve = object.map("gh_reserve", 0, 4);
        this.places = object.map("gh_places", Wire.Object.SIZE, Wire.Place.SIZE);
    }

    /// Which policies ask a rule, one bit each, by what is to be done about a breach.
    record Masks(int report, int deny, int kill) {
        int all() {
            return report | deny | kill;
        }
    }

    /// A file or directory that policies allow.
    record Allowed(Identity identity, int kind, int policies) {}

    /// A container's place: its serial tells it from the one that had the place before.
    record Place(int slot, int serial) {}

    /// Writes rules under a number that no slot names, and reads them back.
    ///
    /// @param endpoints the set of addresses that [Networks] wrote for them
    /// @param policies a hash of who asks, in the order of the masks' bits
    void write(int number, List<Masks> byRule, List<Allowed> objects, int endpoints, long policies) {
        for (var object : objects) {
            if (!isPlace(object)) {
                allowed.put(
                        key(number, object, object.kind()), BpfObject.buffer(4).putInt(0, object.policies()));
            }
        }
        placesOf(number, objects).forEach(places::put);
        var value = BpfObject.buffer(Wire.Rules.SIZE);
        var marks = Marks.of(objects);
        for (int tree = 0; tree < Wire.Rules.TREES; tree++) {
            value.putLong(Wire.Rules.MARKS + 8 * tree, marks[tree]);
        }
        for (int rule = 0; rule < byRule.size(); rule++) {
            int at = rule * Wire.Rules.MASKS;
            value.putInt(at + Wire.Rules.REPORT, byRule.get(rule).report());
            value.putInt(at + Wire.Rules.DENY, byRule.get(rule).deny());
            value.putInt(at + Wire.Rules.KILL, byRule.get(rule).kill());
        }
        value.putInt(Wire.Rules.ENDPOINTS, endpoints);
        value.putLong(Wire.Rules.POLICIES, policies);
        rulesets.put(key(number), value);
        var back = BpfObject.buffer(Wire.Rules.SIZE);
        if (!rulesets.get(key(number), back) || !back.equals(value)) {
            throw new IllegalStateException("rules " + number + " read back otherwise than written");
        }
    }

    /// Whether an object speaks for what is below it, or for the names that lead to it.
    private static boolean isPlace(Allowed object) {
        return object.kind() >= Wire.Object.KIND_DIRECTORY && object.kind() <= Wire.Object.KIND_READ_FORBIDDEN
                || object.kind() == Wire.Object.KIND_ABOVE_FORBIDDEN;
    }

    private static Map<ByteBuffer, ByteBuffer> placesOf(int number, List<Allowed> objects) {
        var made = new LinkedHashMap<ByteBuffer, ByteBuffer>();
        for (var object : objects) {
            if (!isPlace(object)) {
                continue;
            }
            var place = made.computeIfAbsent(key(number, object, 0), _ -> BpfObject.buffer(Wire.Place.SIZE));
            int at = object.kind() == Wire.Object.KIND_ABOVE_FORBIDDEN
                    ? Wire.Place.ABOVE
                    : Wire.Place.POLICIES + 4 * (object.kind() - Wire.Object.KIND_DIRECTORY);
            place.putInt(at, place.getInt(at) | object.policies());
        }
        return made;
    }

    /// Takes back what [#write] wrote. Only when no slot names the number and no hook can still be reading by it.
    void sweep(int number, List<Allowed> objects) {
        for (var object : objects) {
            if (isPlace(object)) {
                places.remove(key(number, object, 0));
            } else {
                allowed.remove(key(number, object, object.kind()));
            }
        }
        rulesets.put(key(number), BpfObject.buffer(Wire.Rules.SIZE));
    }

    /// Puts rules in force for a slot: one aligned word, so a hook sees the old or the new, never a mix. 0: none.
    void point(Place place, int number, int rootDev) {
        slots.put(
                key(place.slot()),
                BpfObject.buffer(Wire.Slot.SIZE)
                        .putInt(Wire.Slot.RULES, number)
                        .putInt(Wire.Slot.ROOT_DEV, rootDev)
                        .putInt(Wire.Slot.SERIAL, place.serial()));
    }

    /// Whether a census met a task of this container.
    boolean isInhabited(Place place, int census) {
        var value = BpfObject.buffer(Wire.Slot.SIZE);
        slots.get(key(place.slot()), value);
        return value.getInt(Wire.Slot.SERIAL) == place.serial() && value.getInt(Wire.Slot.SEEN) == census;
    }

    /// Notes a process as the container's, for ever; false where it is gone. It must be one thread, as after an exec.
    boolean takeIn(int pid, Place place) {
        var held = PidFd.open(pid);
        if (held.isEmpty()) {
            return false;
        }
        try (var process = held.get()) {
            tasks.put(
                    key(process.fd()),
                    BpfObject.buffer(Wire.Task.SIZE)
                            .putInt(Wire.Task.SLOT, place.slot())
                            .putInt(Wire.Task.SERIAL, place.serial()));
            return true;
        }
    }

    /// Sets a place aside for a container that starts while no agent lives.
    void setAside(Place place) {
        point(place, 0, 0);
        reserve.push(key(place.slot()));
    }

    /// Whether every use of an open file is judged. The one word of rules in force that changes.
    void judgeOpenBefore(int number, boolean judged) {
        var value = BpfObject.buffer(Wire.Rules.SIZE);
        if (rulesets.get(key(number), value)) {
            int others = value.getInt(Wire.Rules.FLAGS) & ~Wire.Rules.OPEN_BEFORE;
            rulesets.put(key(number), value.putInt(Wire.Rules.FLAGS, others | (judged ? Wire.Rules.OPEN_BEFORE : 0)));
        }
    }

    void bind(long scope, int slot) {
        scopes.put(BpfObject.buffer(8).putLong(0, scope), BpfObject.buffer(4).putInt(0, slot));
    }

    boolean isBound(long scope) {
        return scopes.get(BpfObject.buffer(8).putLong(0, scope), BpfObject.buffer(4));
    }

    private static ByteBuffer key(int number) {
        return BpfObject.buffer(4).putInt(0, number);
    }

    private static ByteBuffer key(int number, Allowed object, int kind) {
        return BpfObject.buffer(Wire.Object.SIZE)
                .putInt(Wire.Object.RULES, number)
                .putInt(Wire.Object.DEV, object.identity().dev())
                .putLong(Wire.Object.INO, object.identity().ino())
                .putInt(Wire.Object.GENERATION, object.identity().generation())
                .putInt(Wire.Object.KIND, kind);
    }
}
