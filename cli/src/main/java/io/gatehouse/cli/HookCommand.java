// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.hook.HookProgram;
import io.gatehouse.agent.hook.HookSocket;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "hook",
        mixinStandardHelpOptions = true,
        description = {
            "Has container runtimes tell the agent of each container before it runs anything, and wait until its rules",
            "are in force. Without this the agent finds containers as they start."
        },
        subcommands = {HookCommand.Install.class, HookCommand.Print.class, HookCommand.Remove.class})
final class HookCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Exit.BAD_INPUT.code();
    }

    /// Who runs hooks.
    enum Runtime {
        podman(Path.of("/etc/containers/oci/hooks.d")),
        crio(Path.of("/usr/share/containers/oci/hooks.d")),
        containerd(null),
        runc(null);

        private final Path folder; // absent: it has no folder of hooks, they stand in each container's configuration

        Runtime(Path folder) {
            this.folder = folder;
        }
    }

    /// What the hook is told, and where everything is.
    static final class Options {
        @Option(
                names = "--runtime",
                required = true,
                paramLabel = "RUNTIME",
                description = "podman, crio, containerd or runc.")
        private Runtime runtime;

        @Option(
                names = "--hooks-dir",
                paramLabel = "FOLDER",
                description = {
                    "Where podman or CRI-O looks for hooks (default: /etc/containers/oci/hooks.d for podman,",
                    "/usr/share/containers/oci/hooks.d for crio)."
                })
        private Path folder;

        @Option(
                names = "--program",
                defaultValue = "/usr/local/lib/gatehouse/" + HookProgram.NAME,
                paramLabel = "FILE",
                description = "Where the hook's program is put (default: ${DEFAULT-VALUE}).")
        private Path program;

        @Option(
                names = "--wait",
                defaultValue = "2",
                paramLabel = "SECONDS",
                description = "The longest that a container waits for the agent, 1 to 300 (default: ${DEFAULT-VALUE}).")
        private int waitSeconds;

        @Option(
                names = "--require",
                description = {
                    "A container does not start where no agent answers in time, or its rules cannot be put in force.",
                    "Without this it starts, under what holds without an agent."
                })
        private boolean required;

        @Mixin
        private InstanceOptions instance;

        Path program() {
            return program.toAbsolutePath().normalize();
        }

        HookText text() {
            if (waitSeconds < 1 || waitSeconds > 300) {
                throw Refusal.badInput("--wait is 1 to 300 seconds, not " + waitSeconds);
            }
            return new HookText(program(), HookSocket.of(instance.instance()), waitSeconds, required);
        }

        /// @throws Refusal this runtime has none
        Path file() {
            if (folder == null && runtime.folder == null) {
                throw Refusal.badInput(runtime + " has no folder of hooks; 'gatehouse hook print --runtime " + runtime
                        + "' says what it needs");
            }
            return (folder == null ? runtime.folder : folder).resolve(HookText.FILE_NAME);
        }
    }

    @Command(
            name = "install",
            mixinStandardHelpOptions = true,
            description = {
                "Puts the hook's program in place and, for podman and crio, the file that has it run; for containerd and",
                "runc it says what is left to do. Overwrites nothing that is not Gatehouse's."
            })
    static final class Install implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Options options;

        @Override
        public Integer call() {
            var out = spec.commandLine().getOut();
            var text = options.text();
            try {
                if (options.runtime.folder == null && options.folder == null) {
                    install(options.program());
                    out.print(text.toDo(options.runtime));
                } else {
                    var file = options.file();
                    refuseForeign(file);
                    install(options.program());
                    Files.createDirectories(file.getParent());
                    Files.writeString(file, text.hooksFile());
                    out.println("written: " + file);
                    out.println("containers that " + options.runtime
                            + " makes from now on are told of to the agent, which answers on " + text.socket());
                }
            } catch (IOException e) {
                throw Refusal.cannot(e.getMessage());
            }
            out.flush();
            return Exit.OK.code();
        }

        private void install(Path program) throws IOException {
            boolean done = HookProgram.install(program);
            spec.commandLine().getOut().println((done ? "written: " : "is there already: ") + program);
        }
    }

    @Command(
            name = "print",
            mixinStandardHelpOptions = true,
            description = "Prints what the runtime has to be given, and changes nothing.")
    static final class Print implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Options options;

        @Override
        public Integer call() {
            var out = spec.commandLine().getOut();
            boolean hasFolder = options.runtime.folder != null || options.folder != null;
            out.print(hasFolder ? options.text().hooksFile() : options.text().toDo(options.runtime));
            out.flush();
            return Exit.OK.code();
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Takes the hook away again, if it is Gatehouse's, and the program where nothing needs it.")
    static final class Remove implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Options options;

        @Option(names = "--keep-program", description = "Leaves the program; the hooks of other runtimes may need it.")
        private boolean keepsProgram;

        @Override
        public Integer call() {
            var out = spec.commandLine().getOut();
            try {
                if (options.runtime.folder != null || options.folder != null) {
                    var file = options.file();
                    refuseForeign(file);
                    out.println((Files.deleteIfExists(file) ? "removed: " : "is not there: ") + file);
                }
                if (!keepsProgram && !isNeeded()) {
                    var program = options.program();
                    if (Files.exists(program) && !HookProgram.isOurs(program)) {
                        throw Refusal.cannot(program + " is another program; it is left alone");
                    }
                    out.println((Files.deleteIfExists(program) ? "removed: " : "is not there: ") + program);
                }
            } catch (IOException e) {
                throw Refusal.cannot(e.getMessage());
            }
            out.flush();
            return Exit.OK.code();
        }

        /// A hook without its program keeps every container from starting.
        private static boolean isNeeded() {
            for (var runtime : Runtime.values()) {
                if (runtime.folder != null && Files.exists(runtime.folder.resolve(HookText.FILE_NAME))) {
                    return true;
                }
            }
            return false;
        }
    }

    private static void refuseForeign(Path file) throws IOException {
        if (Files.exists(file) && !HookText.isOurs(Files.readString(file))) {
            throw Refusal.cannot(file + " is not Gatehouse's; it is left alone");
        }
    }
}
