// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = {
            "Takes everything off that an agent left in the kernel: from then on no policy is kept on this node. The",
            "agent must have ended; to let policies only tell while it runs, use 'gatehouse brake'."
        })
final class ReleaseCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private InstanceOptions options;

    @Option(names = "--yes", description = "Asks nothing.")
    private boolean yes;

    @Override
    public Integer call() {
        NodeAgent.refuseIfLacking();
        var instance = options.instance();
        var out = spec.commandLine().getOut();
        if (instance.lives().isEmpty() && instance.readOnlyRoots() == 0) {
            out.println("nothing is in force under " + instance.folder());
            out.flush();
            return Exit.OK.code();
        }
        instance.lives().forEach(life -> out.println(Pinned.line(instance, life)));
        out.flush();
        try (var tenure = instance.take()
                .orElseThrow(() -> Refusal.cannot("an agent lives that keeps " + instance.folder()
                        + "; end it first, or put the brake on with 'gatehouse brake on'"))) {
            if (!yes && !confirmed()) {
                throw Refusal.badInput("nothing was released; say yes, or give --yes");
            }
            tenure.instance().makeRootsWritable().forEach(out::println);
            for (var left : tenure.instance().release()) {
                out.println("released: " + left.programs().size() + " programs were on their hooks, "
                        + left.scopes().map(count -> count + " cgroups were").orElse("cgroups were")
                        + " under rules; nothing is kept any more");
            }
        }
        out.flush();
        return Exit.OK.code();
    }

    private boolean confirmed() {
        if (System.console() == null) {
            return false;
        }
        var answer = System.console().readLine("Policies will not be kept on this node any more. Release? [yes/no] ");
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).equals("yes");
    }
}
