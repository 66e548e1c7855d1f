// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.field.Field.Source;
import java.util.Optional;
import java.util.Set;

/// What is known of an event's fields before any field is read.
interface KindFacts {
    /// Kinds run from 0 to this, exclusively.
    int kinds();

    /// Whether [#decide] can say anything of such a check, for any kind.
    boolean concerns(Check check);

    /// What a check comes to for every event of this kind, if it is always the same.
    Optional<Boolean> decide(Check check, int kind);

    static KindFacts of(Source source) {
        return switch (source) {
            case SYSCALL -> new OfSyscalls();
            case K8S_AUDIT, JSON -> new Nothing();
        };
    }

    /// The name of an event is that of its kind, and events are counted from 1.
    final class OfSyscalls implements KindFacts {
        /// What has no kind of its own has its name within.
        private static final Set<String> NAMED_WITHIN = Set.of("syscall", "asyncevent");

        @Override
        public int kinds() {
            return EventTable.current().size();
        }

        @Override
        public boolean concerns(Check check) {
            return isField(check, "evt.type") || isNeverZero(check);
        }

        @Override
        public Optional<Boolean> decide(Check check, int kind) {
            if (isNeverZero(check)) {
                return Optional.of(check.operator() != Operator.EQUAL);
            }
            var name = EventTable.current().byCode(kind).name();
            return isField(check, "evt.type") && !NAMED_WITHIN.contains(name)
                    ? Predicates.ofText(check).map(test -> test.test(name))
                    : Optional.empty();
        }

        /// `evt.num = 0`, which is how rules files write "never", and its opposites.
        private static boolean isNeverZero(Check check) {
            return isField(check, "evt.num")
                    && check.operand().equals(new Operand.Number(0))
                    && switch (check.operator()) {
                        case EQUAL, NOT_EQUAL, GREATER -> true;
                        default -> false;
                    };
        }

        private static boolean isField(Check check, String name) {
            return check.subject() instanceof Subject.Read subject
                    && subject.field().name().equals(name);
        }
    }

    /// A source whose events are all of one kind.
    final class Nothing implements KindFacts {
        @Override
        public int kinds() {
            return 1;
        }

        @Override
        public boolean concerns(Check check) {
            return false;
        }

        @Override
        public Optional<Boolean> decide(Check check, int kind) {
            return Optional.empty();
        }
    }
}
