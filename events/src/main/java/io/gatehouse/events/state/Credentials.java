// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;

/// Users, groups, capabilities, sessions, namespaces.
final class Credentials {
    private static final int ALL_CAPABILITIES = 41;
    private static final int SET_CHILD_SUBREAPER = 36;
    private static final int GET_CHILD_SUBREAPER = 37;

    private final Machine machine;

    Credentials(Machine machine) {
        this.machine = machine;
    }

    /// A parser for a call whose new effective user is this parameter.
    Parser user(int param) {
        return (event, scene) -> {
            if (Params.result(event) == 0 && Params.has(event, param)) {
                scene.before().take();
                scene.task.uid = Params.unsigned(event, param);
                scene.task.forgetLookups();
                machine.meet(scene.task);
            }
        };
    }

    /// As [#user], of the effective group.
    Parser group(int param) {
        return (event, scene) -> {
            if (Params.result(event) == 0 && Params.has(event, param)) {
                scene.before().take();
                scene.task.gid = Params.unsigned(event, param);
                scene.task.forgetLookups();
                machine.meet(scene.task);
            }
        };
    }

    static void capabilities(Event event, Scene scene) {
        if (Params.result(event) >= 0) {
            scene.before().take();
            scene.task.inheritable = Params.unsigned(event, 1);
            scene.task.permitted = Params.unsigned(event, 2);
            scene.task.effective = Params.unsigned(event, 3);
        }
    }

    static void session(Event event, Scene scene) {
        long session = Params.result(event);
        if (session >= 0) {
            scene.task.sid = session;
        }
    }

    static void unshared(Event event, Scene scene) {
        namespaces(event, scene, Params.flags(event, 1));
    }

    static void joinedNamespace(Event event, Scene scene) {
        namespaces(event, scene, Params.flags(event, 2));
    }

    /// In a new user namespace a task may do everything.
    private static void namespaces(Event event, Scene scene, int flags) {
        if (Params.result(event) < 0 || (flags & Task.CLONE_NEWUSER) == 0) {
            return;
        }
        scene.before().take();
        long all = (1L << ALL_CAPABILITIES) - 1;
        scene.task.inheritable = all;
        scene.task.permitted = all;
        scene.task.effective = all;
    }

    static void processControl(Event event, Scene scene) {
        if (Params.result(event) < 0 || scene.task.group == null) {
            return;
        }
        long option = Params.unsigned(event, 1);
        if (option == SET_CHILD_SUBREAPER || option == GET_CHILD_SUBREAPER) {
            scene.task.group.reaper = Params.signed(event, 3) != 0;
        }
    }
}
