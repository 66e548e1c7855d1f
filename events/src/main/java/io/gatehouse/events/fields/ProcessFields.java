// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static io.gatehouse.engine.event.Reader.MISSING;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Task;

/// The process itself: what it runs, with what, since when.
final class ProcessFields {
    private static final long LARGEST_ID = 0xffffffffL;

    private ProcessFields() {}

    static void into(FieldTable table) {
        table.taskText("proc.name", Task::comm)
                .taskText("proc.exe", task -> task.program().exe())
                .taskText("proc.exepath", task -> task.program().path())
                .asked("proc.args", ofTask(task -> task.program().argsText()), ProcessFields::arg)
                .taskText("proc.cmdline", task -> task.program().cmdline())
                .taskText("proc.exeline", task -> task.program().exeline())
                .taskNumber("proc.cmdnargs", task -> task.program().args().length)
                .taskNumber("proc.cmdlenargs", ProcessFields::argsLength)
                .asked("proc.env", ofTask(task -> task.environmentOf().environmentText()), ProcessFields::variable)
                .taskText("proc.cwd", Task::cwd)
                .taskNumber("proc.tty", Task::tty)
                .taskNumber("proc.pid", task -> id(task.pid()))
                .taskNumber("proc.vpid", task -> known(task.vpid()))
                .number("proc.duration", scene -> age(scene, scene.task()))
                .taskNumber("proc.pid.ts", task -> orMissing(task.cloneNanos()))
                .taskTruth("proc.is_exe_writable", task -> task.program().file().writable())
                .taskTruth(
                        "proc.is_exe_upper_layer", task -> task.program().file().upperLayer())
                .taskTruth(
                        "proc.is_exe_lower_layer", task -> task.program().file().lowerLayer())
                .taskTruth(
                        "proc.is_exe_from_memfd", task -> task.program().file().fromMemfd())
                .taskNumber(
                        "proc.exe_ino", task -> orMissing(task.program().file().inode()))
                .taskNumber(
                        "proc.exe_ino.ctime",
                        task -> orMissing(task.program().file().ctimeNanos()))
                .taskNumber(
                        "proc.exe_ino.mtime",
                        task -> orMissing(task.program().file().mtimeNanos()))
                .taskNumber("proc.exe_ino.ctime_duration_proc_start", task -> orMissing(task.exeCtimeToStartNanos()))
                .taskNumber(
                        "proc.exe_ino.ctime_duration_pidns_start", task -> orMissing(task.exeCtimeToNamespaceNanos()))
                .taskNumber("proc.pidns_init_start_ts", task -> orMissing(task.pidNamespaceStartNanos()))
                .taskNumber("proc.fdopencount", ProcessFields::openDescriptors)
                .taskNumber("proc.fdlimit", Task::fdLimit)
                .taskNumber("proc.fdusage", ProcessFields::descriptorUsage)
                .taskNumber("proc.vmsize", Task::vmSizeKb)
                .taskNumber("proc.vmrss", Task::vmRssKb)
                .taskNumber("proc.vmswap", Task::vmSwapKb)
                .taskNumber("proc.nthreads", Task::threads)
                .taskNumber("proc.nchilds", Task::otherThreads)
                .text("proc.stdin.type", scene -> type(scene, 0))
                .text("proc.stdout.type", scene -> type(scene, 1))
                .text("proc.stderr.type", scene -> type(scene, 2))
                .text("proc.stdin.name", scene -> name(scene, 0))
                .text("proc.stdout.name", scene -> name(scene, 1))
                .text("proc.stderr.name", scene -> name(scene, 2));
    }

    private static Reader.OfText<Scene> ofTask(FieldTable.TextOfTask answer) {
        return scene -> scene.task() == null ? null : answer.of(scene.task());
    }

    /// Ids beyond those of the kernel stand for processes it does not know; they are not shown.
    static long id(long id) {
        return id < -1 || id > LARGEST_ID ? MISSING : id;
    }

    static long known(long id) {
        return id == -1 ? MISSING : id;
    }

    static long orMissing(long number) {
        return number == 0 ? MISSING : number;
    }

    /// Since it was cloned; missing if that is not known.
    static long age(Scene scene, Task task) {
        return task == null || task.cloneNanos() == 0 ? MISSING : scene.event().timeNanos() - task.cloneNanos();
    }

    /// 0 is the first after `argv[0]`; empty if there is none.
    private static Reader.OfText<Scene> arg(String argument) {
        int index = index(argument);
        return ofTask(task -> {
            var args = task.program().args();
            return index >= 0 && index < args.length ? args[index] : "";
        });
    }

    /// -1 if it is no number.
    static int index(String argument) {
        boolean isNumber = !argument.isEmpty()
                && argument.length() < 10
                && argument.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Integer.parseInt(argument) : -1;
    }

    /// Falco takes a number for no argument at all.
    private static Reader.OfText<Scene> variable(String argument) {
        return index(argument) >= 0
                ? ofTask(task -> task.environmentOf().environmentText())
                : ofTask(task -> variable(task, argument));
    }

    /// Empty if it is not set.
    static String variable(Task task, String name) {
        var value = task.environmentOf().variable(name);
        return value == null ? "" : value;
    }

    private static long argsLength(Task task) {
        long length = 0;
        for (var arg : task.program().args()) {
            length += arg.length();
        }
        return length;
    }

    private static long openDescriptors(Task task) {
        var main = task.mainThread();
        var descriptors = main == null ? null : main.descriptors();
        return descriptors == null ? 0 : descriptors.size();
    }

    /// Per cent of the limit.
    private static long descriptorUsage(Task task) {
        long limit = task.fdLimit();
        double usage = limit <= 0 ? 0 : Math.min(100.0, openDescriptors(task) * 100.0 / limit);
        return Double.doubleToRawLongBits(usage);
    }

    private static String type(Scene scene, int number) {
        var descriptor = scene.task() == null ? null : scene.task().descriptor(number);
        return descriptor == null ? null : descriptor.kind().word();
    }

    private static String name(Scene scene, int number) {
        var descriptor = scene.task() == null ? null : scene.task().descriptor(number);
        return descriptor == null ? null : descriptor.name();
    }
}
