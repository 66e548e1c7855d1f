// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.event.EventType.Origin;
import io.gatehouse.schemas.event.EventType.Trait;

/// Follows a machine by its events: the entrance to this package.
///
/// First the machine is described as it was when the events began ([#inventory]), then come the events in
/// order.
public final class State {
    private final Machine machine;
    private final Scene scene;
    private final RecentlyEnded ended = new RecentlyEnded();
    private final Inventory inventory;
    private final KernelFacts kernel;
    private final Parser[] parsers;

    private static final Step[] STEPS =
            EventTable.current().all().stream().map(State::step).toArray(Step[]::new);

    /// How one kind of event is gone about.
    ///
    /// @param descriptor which parameter is the number of the descriptor it uses, -1 if it uses none,
    ///     [#UNTOLD] if it uses one but no parameter tells which
    private record Step(Actor actor, Direction direction, boolean returns, int descriptor) {}

    private static final int UNTOLD = -2;

    /// How an event's task is found.
    private enum Actor {
        /// By its id; who is not known gets an entry, so that it is known the next time.
        KNOWN_OR_STRANGER,
        /// By its id; who is not known stays so: just born, or gone already.
        KNOWN,
        /// It is nobody's event; its id is looked up for those who ask.
        NOBODY
    }

    public State(Limits limits) {
        this.machine = new Machine(limits);
        this.scene = new Scene(machine);
        this.inventory = new Inventory(machine);
        this.kernel = new KernelFacts(machine, scene, inventory);
        var table = new Parsers(machine, ended);
        this.parsers = new Parser[STEPS.length];
        for (int code = 0; code < parsers.length; code++) {
            parsers[code] = table.of(code);
        }
    }

    public Machine machine() {
        return machine;
    }

    /// Takes what a source knows of the machine before its first event.
    public Inventory inventory() {
        return inventory;
    }

    /// Takes what a source that sees the running kernel knows beside its events.
    public KernelFacts kernel() {
        return kernel;
    }

    /// The scene of an event that changes nothing and that nobody did who is known.
    ///
    /// @return as of [#apply]
    public Scene pass(Event event) {
        scene.begin(event);
        return scene;
    }

    /// Brings the machine up to after the event and tells what it was about.
    ///
    /// @param event of today's form: exit events, and the enter events that are kept for their paths
    /// @return the same object every time, filled anew
    public Scene apply(Event event) {
        inventory.close();
        if (machine.firstEventNanos == 0) {
            machine.firstEventNanos = event.timeNanos();
        }
        machine.settle(event.timeNanos(), ended);
        scene.begin(event);
        var step = STEPS[event.code()];
        switch (step.actor) {
            case KNOWN_OR_STRANGER -> scene.enter(machine.taskOrStranger(event.tid()));
            case KNOWN -> scene.enter(machine.task(event.tid()));
            case NOBODY -> {
                parsers[event.code()].parse(event, scene);
                scene.enter(machine.task(event.tid()));
                return scene;
            }
        }
        if (step.direction == Direction.ENTER) {
            enter(event, step);
        } else {
            exit(event, step);
        }
        if (scene.task == null) {
            scene.enter(machine.task(event.tid()));
        }
        return scene;
    }

    private void enter(Event event, Step step) {
        var task = scene.task;
        if (task == null) {
            return;
        }
        task.enterCode = event.code();
        task.lastDescriptor = -1;
        if (step.descriptor >= 0) {
            task.lastDescriptor = Params.signed(event, step.descriptor);
            scene.take(task.descriptor(task.lastDescriptor));
        }
        parsers[event.code()].parse(event, scene);
    }

    private void exit(Event event, Step step) {
        var task = scene.task;
        if (task == null) {
            if (step.actor == Actor.KNOWN) {
                parsers[event.code()].parse(event, scene); // a birth
            }
            return;
        }
        boolean follows = event.code() == task.enterCode + 1
                || event.code() == Scene.EXECVE_EXIT && task.enterCode == Scene.EXECVEAT_ENTER;
        if (!follows) {
            task.lastDescriptor = -1;
        }
        if (step.returns && event.paramCount() > 0) {
            long result = Params.result(event);
            if (result < 0) {
                scene.error = (int) -result;
            }
        }
        if (step.descriptor != -1) {
            if (task.lastDescriptor == -1 && step.descriptor >= 0 && Params.has(event, step.descriptor)) {
                task.lastDescriptor = Params.signed(event, step.descriptor);
            }
            scene.take(task.descriptor(task.lastDescriptor));
        }
        parsers[event.code()].parse(event, scene);
        if (scene.task != null) {
            machine.ask(scene.task, null);
        }
    }

    private static Step step(EventType type) {
        boolean returns = type.origin() == Origin.SYSCALL && type.direction() == Direction.EXIT && type.code() != 1;
        int descriptor = type.is(Trait.USES_FD) ? descriptor(type) : -1;
        return new Step(actor(type), type.direction(), returns, descriptor);
    }

    private static Actor actor(EventType type) {
        if (type.is(Trait.SKIPPARSERESET) && !type.name().equals("procinfo")) {
            return Actor.NOBODY;
        }
        return switch (type.name()) {
            case "container", "useradded", "userdeleted", "groupadded", "groupdeleted", "pluginevent", "asyncevent" ->
                Actor.NOBODY;
            case "clone", "clone3", "fork", "vfork", "switch", "procexit", "procinfo" -> Actor.KNOWN;
            default -> Actor.KNOWN_OR_STRANGER;
        };
    }

    /// The parameter by which an event tells its descriptor. There is no rule for it.
    private static int descriptor(EventType type) {
        if (type.direction() == Direction.ENTER) {
            return 0;
        }
        int named = switch (type.name()) {
            case "splice" -> 2;
            case "sendfile" -> type.paramIndex("out_fd");
            case "copy_file_range" -> type.paramIndex("fdout");
            case "dup", "dup2", "dup3" -> type.paramIndex("oldfd");
            case "symlinkat" -> type.paramIndex("linkdirfd");
            case "newfstatat", "fchownat", "fchmodat", "mkdirat", "unlinkat", "mknodat" -> type.paramIndex("dirfd");
            default -> type.paramIndex("fd");
        };
        return named < 0 ? UNTOLD : named;
    }
}
