// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;
import io.gatehouse.events.state.Account.Group;
import io.gatehouse.events.state.Account.User;

/// Events that tell of users and groups.
final class AccountNews {
    private final Machine machine;

    AccountNews(Machine machine) {
        this.machine = machine;
    }

    void userAdded(Event event, Scene scene) {
        var name = text(event, 2);
        if (!isDirective(name)) {
            var user = new User(
                    Params.unsigned(event, 0), Params.unsigned(event, 1), name, text(event, 3), text(event, 4));
            machine.accounts().add(text(event, 5), user);
        }
    }

    void userDeleted(Event event, Scene scene) {
        machine.accounts().removeUser(text(event, 5), Params.unsigned(event, 0));
    }

    void groupAdded(Event event, Scene scene) {
        var name = text(event, 1);
        if (!isDirective(name)) {
            machine.accounts().add(text(event, 2), new Group(Params.unsigned(event, 0), name));
        }
    }

    void groupDeleted(Event event, Scene scene) {
        machine.accounts().removeGroup(text(event, 2), Params.unsigned(event, 0));
    }

    private String text(Event event, int param) {
        return machine.keptShort(Params.text(event, param));
    }

    /// `+` and `-` lines of a passwd file are orders to the name service, not accounts.
    static boolean isDirective(String name) {
        return name.startsWith("+") || name.startsWith("-");
    }
}
