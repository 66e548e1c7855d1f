// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Check;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Quantifier;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Operator;
import io.gatehouse.engine.condition.Transformer;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.rule.Priority;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Shape;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import io.gatehouse.schemas.field.FieldType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// Rules and events by chance, over few fields and few values, so that they meet.
final class Generated {
    static final Span NOWHERE = new Span(new SourceText("generated", ""), 1, 1, 1);
    /// Kinds that share nothing, some that share a name, two whose name is within.
    static final int[] KINDS = {1, 402, 3, 5, 13, 23, 293, 307};

    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "ab",
            "abc",
            "b",
            "sh",
            "bash",
            "host",
            "/",
            "/etc",
            "/etc/",
            "/etc/passwd",
            "/etc/shadow",
            "/etc/ssh",
            "/usr/bin/",
            "/usr/bin/sh",
            "/root/.ssh/id_rsa",
            "openat",
            "open",
            "execve",
            "SUCCESS",
            "ENOENT",
            "passwd",
            "\u00e9\u00ff",
            "x".repeat(70));
    private static final long[] NUMBERS = {0, 1, 2, -1, -2, 4, 1024, 5_000_000_000L, Long.MAX_VALUE, Long.MIN_VALUE + 1
    };
    private static final List<String> ADDRESSES =
            List.of("\u007f\0\0\1", "\n\0\0\1", "\n\1\2\3", "\u00c0\u00a8\0\5", "\0".repeat(15) + "\1");

    private static final List<Subject> SUBJECTS = List.of(
            read("evt.type"),
            read("evt.type"),
            read("fd.name"),
            read("fd.name"),
            read("fd.directory"),
            read("proc.name"),
            read("proc.name"),
            read("proc.pname"),
            read("proc.cmdline"),
            read("container.id"),
            read("fd.num"),
            read("evt.is_open_read"),
            read("evt.is_open_write"),
            read("user.uid"),
            read("proc.duration"),
            read("evt.rawres"),
            read("evt.res"),
            read("evt.failed"),
            read("fd.filename"),
            read("proc.aname"),
            read("proc.aname", "2"),
            read("proc.apid"),
            read("fd.types"),
            read("fd.sip"),
            read("fd.ip"),
            read("fd.snet"),
            read("fd.sport"),
            read("proc.fdusage"),
            read("evt.arg", "flags"),
            read("evt.buffer"),
            new Subject.Apply(Transformer.TOLOWER, List.of(read("proc.name")), FieldType.CHARBUF, Shape.ONE),
            new Subject.Apply(Transformer.BASENAME, List.of(read("fd.name")), FieldType.CHARBUF, Shape.ONE),
            new Subject.Apply(Transformer.LEN, List.of(read("fd.types")), FieldType.UINT64, Shape.ONE));

    private final Random random;
    private final List<Condition> macros = new ArrayList<>();

    Generated(long seed) {
        random = new Random(seed);
        for (int i = 0; i < 8; i++) {
            macros.add(condition(2));
        }
    }

    static Subject.Read read(String field) {
        return new Subject.Read(field(field), Optional.empty());
    }

    static Subject.Read read(String field, String argument) {
        return new Subject.Read(field(field), Optional.of(argument));
    }

    private static Field field(String name) {
        return FieldCatalogue.current().byName(name).orElseThrow();
    }

    static Rule rule(int position, Condition condition, BitSet kinds) {
        return new Rule(
                "rule " + position,
                position,
                Source.SYSCALL,
                "",
                condition,
                kinds,
                "",
                Priority.DEBUG,
                List.of(),
                true,
                NOWHERE);
    }

    List<Rule> rules(int count) {
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < count; i++) {
            var kinds = new BitSet();
            for (int kind : KINDS) {
                kinds.set(kind, random.nextInt(4) > 0);
            }
            rules.add(rule(i, ruleCondition(), kinds));
        }
        return rules;
    }

    private Condition ruleCondition() {
        return random.nextInt(3) == 0
                ? condition(4)
                : new Condition.And(List.of(typeIs(), condition(2), condition(3), condition(1)));
    }

    /// What nearly every rule begins with.
    private Condition typeIs() {
        var names = new HashSet<String>();
        do {
            names.add(EventTable.current().byCode(pick(KINDS)).name());
        } while (random.nextBoolean());
        return check(read("evt.type"), Operator.IN, new Operand.Texts(names));
    }

    private Condition condition(int depth) {
        return switch (depth == 0 ? 9 : random.nextInt(10)) {
            case 0, 1, 2 -> new Condition.And(conditions(depth));
            case 3, 4 -> new Condition.Or(conditions(depth));
            case 5 -> new Condition.Not(condition(depth - 1));
            case 6, 7 -> macros.isEmpty() ? check() : pick(macros);
            default -> check();
        };
    }

    private List<Condition> conditions(int depth) {
        var conditions = new ArrayList<Condition>();
        for (int i = 2 + random.nextInt(3); i > 0; i--) {
            conditions.add(condition(depth - 1));
        }
        return conditions;
    }

    private Condition check() {
        var subject = pick(SUBJECTS);
        if (random.nextInt(12) == 0) {
            return check(subject, Operator.EXISTS, new Operand.None());
        }
        return switch (subject.type()) {
            case CHARBUF -> subject.shape() == Shape.LIST ? checkOfList(subject) : checkOfText(subject);
            case BYTEBUF ->
                check(subject, pick(List.of(Operator.CONTAINS, Operator.BSTARTSWITH)), new Operand.Text(pick(TEXTS)));
            case IPADDR ->
                check(subject, pick(List.of(Operator.EQUAL, Operator.NOT_EQUAL)), new Operand.Text(pick(ADDRESSES)));
            case IPNET ->
                check(
                        subject,
                        pick(List.of(Operator.EQUAL, Operator.NOT_EQUAL)),
                        new Operand.Net(pick(ADDRESSES), random.nextInt(33)));
            case BOOL -> check(subject, Operator.EQUAL, new Operand.Number(random.nextInt(2)));
            default -> checkOfNumber(subject);
        };
    }

    private Condition checkOfText(Subject subject) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> check(subject, Operator.IN, new Operand.Texts(texts()));
            case 3 -> check(subject, Operator.NOT_EQUAL, new Operand.Text(pick(TEXTS)));
            case 4, 5 -> check(subject, Operator.EQUAL, new Operand.Text(pick(TEXTS)));
            case 6 -> check(subject, Operator.STARTSWITH, new Operand.Text(pick(TEXTS)));
            case 7 -> check(subject, Operator.ENDSWITH, new Operand.Text(pick(TEXTS)));
            case 8 ->
                check(subject, pick(List.of(Operator.CONTAINS, Operator.ICONTAINS)), new Operand.Text(pick(TEXTS)));
            case 9 -> check(subject, Operator.PMATCH, new Operand.Texts(texts()));
            case 10 ->
                check(subject, pick(List.of(Operator.GLOB, Operator.IGLOB)), new Operand.Text(pick(TEXTS) + "*"));
            default ->
                random.nextBoolean()
                        ? check(
                                subject,
                                Operator.STARTSWITH,
                                new Operand.Quantified(
                                        pick(List.of(Quantifier.values())),
                                        texts().stream()
                                                .<Operand>map(Operand.Text::new)
                                                .toList()))
                        : check(subject, Operator.EQUAL, new Operand.Of(read("proc.pname")));
        };
    }

    private Condition checkOfList(Subject subject) {
        return check(subject, pick(List.of(Operator.IN, Operator.INTERSECTS)), new Operand.Texts(texts()));
    }

    private Condition checkOfNumber(Subject subject) {
        return switch (random.nextInt(7)) {
            case 0 -> check(subject, Operator.IN, new Operand.Numbers(Set.of(number(subject))));
            case 1 -> check(subject, Operator.NOT_EQUAL, new Operand.Number(number(subject)));
            case 2 -> check(subject, Operator.LESS, new Operand.Number(number(subject)));
            case 3 -> check(subject, Operator.LESS_OR_EQUAL, new Operand.Number(number(subject)));
            case 4 -> check(subject, Operator.GREATER, new Operand.Number(number(subject)));
            case 5 -> check(subject, Operator.GREATER_OR_EQUAL, new Operand.Number(number(subject)));
            default -> check(subject, Operator.EQUAL, new Operand.Number(number(subject)));
        };
    }

    private static Check check(Subject subject, Operator operator, Operand operand) {
        return new Check(subject, operator, operand, NOWHERE);
    }

    private Set<String> texts() {
        var texts = new HashSet<String>();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            texts.add(pick(TEXTS));
        }
        return texts;
    }

    private long number(Subject subject) {
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        return subject.type() == FieldType.DOUBLE ? Double.doubleToRawLongBits(number / 2.0) : number;
    }

    FakeEvent event() {
        var fields = new HashMap<String, Object>();
        for (var subject : SUBJECTS) {
            if (subject instanceof Subject.Read read && random.nextInt(5) > 0) {
                fields.put(FakeEvent.name(read.field(), read.argument()), value(read));
            }
        }
        int kind = pick(KINDS);
        fields.put("evt.num", 1L + random.nextInt(3));
        if (kind != 1 && kind != 402) {
            fields.put("evt.type", EventTable.current().byCode(kind).name());
        }
        return new FakeEvent(kind, fields);
    }

    private Object value(Subject.Read subject) {
        boolean one = subject.shape() == Shape.ONE;
        if (subject.type().isText()) {
            return one
                    ? text(subject)
                    : random.ints(random.nextInt(4), 0, 1)
                            .mapToObj(_ -> text(subject))
                            .toArray(String[]::new);
        }
        return one
                ? (Object) number(subject)
                : random.ints(random.nextInt(4), 0, 1)
                        .mapToLong(_ -> number(subject))
                        .toArray();
    }

    private String text(Subject subject) {
        var type = subject.type();
        if (type == FieldType.IPADDR || type == FieldType.IPNET) {
            return pick(ADDRESSES);
        }
        var text = random.nextInt(4) == 0 ? pick(TEXTS) + pick(TEXTS) : pick(TEXTS);
        return random.nextBoolean() ? text : new StringBuilder(text).toString(); // equal, and not the same object
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private int pick(int[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
