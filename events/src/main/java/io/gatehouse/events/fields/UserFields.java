// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Account;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Task;

/// As whom the task acts, and who logged in.
final class UserFields {
    private static final String NOT_AVAILABLE = "<NA>";
    private static final String ROOT = "root";
    private static final long NOBODY = 0xffffffffL;

    private UserFields() {}

    static void into(FieldTable table) {
        table.taskNumber("user.uid", Task::uid)
                .number(
                        "user.uid.before",
                        scene -> scene.task() == null
                                ? Reader.MISSING
                                : scene.before().uid())
                .text("user.name", UserFields::name)
                .taskText("user.homedir", task -> home(task.user(), task.uid()))
                .taskText(
                        "user.shell",
                        task -> task.user() == null
                                ? NOT_AVAILABLE
                                : task.user().shell())
                .taskNumber("user.loginuid", task -> task.loginuid() == NOBODY ? -1 : task.loginuid())
                .taskText("user.loginname", task -> name(task.loginUser(), task.loginuid()))
                .taskNumber("group.gid", Task::gid)
                .number(
                        "group.gid.before",
                        scene -> scene.task() == null
                                ? Reader.MISSING
                                : scene.before().gid())
                .taskText("group.name", task -> name(task.accountGroup(), task.gid()));
    }

    /// Of an event that tells of a container: as whom that runs.
    private static String name(Scene scene) {
        var task = scene.task();
        if (task == null) {
            return null;
        }
        boolean tellsOfContainer = KindFacts.IS_META[scene.event().code()]
                && EventFields.type(scene).equals("container")
                && scene.container() != null;
        if (tellsOfContainer) {
            var user = scene.container().user();
            if (!user.isEmpty()) {
                return user;
            }
        }
        return name(task.user(), task.uid());
    }

    /// Root is known without being told.
    private static String name(Account account, long id) {
        return account != null ? account.name() : id == 0 ? ROOT : NOT_AVAILABLE;
    }

    private static String home(Account.User user, long id) {
        return user != null ? user.home() : id == 0 ? "/root" : NOT_AVAILABLE;
    }
}
