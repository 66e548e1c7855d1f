// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.events.fields.FieldTable.TextOfTask;
import io.gatehouse.events.state.Task;

/// Sessions and process groups: their ids and who leads them. What an unknown leader is called is empty text.
final class LeaderFields {
    private LeaderFields() {}

    static void into(FieldTable table) {
        table.taskNumber("proc.sid", Task::sid)
                .taskText("proc.sname", task -> of(task.sessionLeader(), Task::comm))
                .taskText("proc.sid.exe", task -> of(task.sessionLeader(), LeaderFields::exe))
                .taskText("proc.sid.exepath", task -> of(task.sessionLeader(), LeaderFields::path))
                .taskTruth("proc.is_sid_leader", task -> task.sid() == task.vpid())
                .taskNumber("proc.vpgid", Task::vpgid)
                .taskText("proc.vpgid.name", task -> of(task.virtualGroupLeader(), Task::comm))
                .taskText("proc.vpgid.exe", task -> of(task.virtualGroupLeader(), LeaderFields::exe))
                .taskText("proc.vpgid.exepath", task -> of(task.virtualGroupLeader(), LeaderFields::path))
                .taskTruth("proc.is_vpgid_leader", task -> task.vpgid() == task.vpid())
                .taskNumber("proc.pgid", Task::pgid)
                .taskText("proc.pgid.name", task -> of(task.groupLeader(), Task::comm))
                .taskText("proc.pgid.exe", task -> of(task.groupLeader(), LeaderFields::exe))
                .taskText("proc.pgid.exepath", task -> of(task.groupLeader(), LeaderFields::path))
                .taskTruth("proc.is_pgid_leader", task -> task.pgid() == task.pid());
    }

    private static String of(Task leader, TextOfTask answer) {
        return leader == null ? "" : answer.of(leader);
    }

    private static String exe(Task task) {
        return task.program().exe();
    }

    private static String path(Task task) {
        return task.program().path();
    }
}
