// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelRules.Allowed;
import io.gatehouse.agent.kernel.Wire;
import java.util.List;

/// `gh_rules.marks`: one bit for every number of an object that speaks for all below it, so that the
/// kernel seldom looks for what is not there. Two numbers may share a bit, which costs a look and decides
/// nothing. `gh_guarded_devices` has them of devices.
final class Marks {
    /// As `gh_mark_of` has it: 2^32 divided by the golden ratio.
    private static final int SPREAD = 0x9e3779b1;

    private static final int BITS = 6;

    private Marks() {}

    /// By kind, from [Wire.Object#KIND_DIRECTORY] on.
    static long[] of(List<Allowed> objects) {
        var marks = new long[Wire.Rules.TREES];
        for (var object : objects) {
            int tree = object.kind() - Wire.Object.KIND_DIRECTORY;
            if (tree >= 0 && tree < marks.length) {
                marks[tree] |= of(object.identity().ino());
            }
        }
        return marks;
    }

    static long of(long ino) {
        return 1L << ((int) ino * SPREAD >>> Integer.SIZE - BITS);
    }
}
