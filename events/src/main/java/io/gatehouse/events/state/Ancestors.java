// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// Goes up from parent to parent; ends where one is unknown, after very many, or where they turn in a
/// circle, as a hostile file may have them.
public final class Ancestors {
    /// No machine has lines as long; a hostile file may.
    static final int MOST = 1024;

    private Task at;
    private Task mark;
    private int steps;
    private int nextMark = 16;

    public Ancestors(Task of) {
        at = of;
        mark = of;
    }

    /// Null at the end.
    public Task next() {
        if (at == null) {
            return null;
        }
        at = at.parent();
        if (at == mark || ++steps > MOST) {
            at = null;
        } else if (steps == nextMark) {
            mark = at;
            nextMark *= 2;
        }
        return at;
    }
}
