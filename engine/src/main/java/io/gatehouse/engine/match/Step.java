// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

/// One step of a plan, which closes rules that the event cannot satisfy. The scratch's `open` and `found`
/// have the width of the plan in front; what lies behind is not touched.
abstract class Step<E> {
    /// The rules it may close.
    final long[] concerned;

    private Step(long[] concerned) {
        this.concerned = concerned;
    }

    /// @return whether any rule is still open
    abstract boolean narrow(E event, Scratch scratch, long[] open);

    final boolean concerns(long[] open) {
        for (int i = 0; i < concerned.length; i++) {
            if ((concerned[i] & open[i]) != 0) {
                return true;
            }
        }
        return false;
    }

    /// Terms that one lookup decides.
    static final class Single<E> extends Step<E> {
        private final Lookup<E> lookup;
        private final Masks masks;

        /// @param masks rules that stay open
        Single(long[] concerned, Lookup<E> lookup, Masks masks) {
            super(concerned);
            this.lookup = lookup;
            this.masks = masks;
        }

        @Override
        boolean narrow(E event, Scratch scratch, long[] open) {
            return masks.narrow(lookup.row(event, scratch), open);
        }
    }

    /// Keys: a rule stays open if one of several finders finds it.
    static final class Keys<E> extends Step<E> {
        private final Finder<E>[] finders;

        Keys(long[] concerned, Finder<E>[] finders) {
            super(concerned);
            this.finders = finders;
        }

        @Override
        boolean narrow(E event, Scratch scratch, long[] open) {
            var found = scratch.found;
            for (int i = 0; i < concerned.length; i++) {
                found[i] = ~concerned[i];
            }
            for (var finder : finders) {
                finder.find(event, scratch, found);
            }
            long any = 0;
            for (int i = 0; i < concerned.length; i++) {
                any |= open[i] &= found[i];
            }
            return any != 0;
        }
    }
}
