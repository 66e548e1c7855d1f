// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// What a task runs: names, arguments, environment, and facts of the file. Shared by all tasks that were
/// cloned since its exec; immutable but for texts that are joined when first asked for.
public final class Program {
    static final String[] NOTHING = {};
    private static final int SHORT = 64;

    private final String comm;
    private final String exe;
    private final String path;
    private final String[] args;
    private final String[] environment;
    private final Executable file;
    private String argsText;
    private String cmdline;
    private String exeline;
    private String environmentText;
    /// How many tasks have it; the machine counts its text while there is one.
    int holders;

    /// The file of a program.
    ///
    /// @param inode 0 if unknown
    /// @param ctimeNanos last change of the inode, since 1970; 0 if unknown
    /// @param mtimeNanos last change of the content
    /// @param writable by the user who runs it
    public record Executable(
            long inode,
            long ctimeNanos,
            long mtimeNanos,
            boolean writable,
            boolean upperLayer,
            boolean lowerLayer,
            boolean fromMemfd) {
        static final Executable UNKNOWN = new Executable(0, 0, 0, false, false, false, false);
    }

    Program(String comm, String exe, String path, String[] args, String[] environment, Executable file) {
        this.comm = comm;
        this.exe = exe;
        this.path = path;
        this.args = args;
        this.environment = environment;
        this.file = file;
    }

    /// The same file and environment under another name; this object if the name is no other.
    @SuppressWarnings("StringEquality") // what says the same was made the same object while reading
    Program named(String newComm, String newExe, String[] newArgs) {
        return newComm == comm && newExe == exe && newArgs == args
                ? this
                : new Program(newComm, newExe, path, newArgs, environment, file);
    }

    /// The same with short names only, for when there is no room for more.
    Program bare() {
        return new Program(start(comm), start(exe), start(path), NOTHING, NOTHING, file);
    }

    private static String start(String text) {
        return text.length() <= SHORT ? text : text.substring(0, SHORT);
    }

    /// The kernel's name of it, 15 bytes at most.
    public String comm() {
        return comm;
    }

    /// `argv[0]`
    public String exe() {
        return exe;
    }

    /// Of the executable file; empty if unknown.
    public String path() {
        return path;
    }

    /// Without `argv[0]`. Not to be changed.
    public String[] args() {
        return args;
    }

    /// `NAME=value` each. Not to be changed.
    public String[] environment() {
        return environment;
    }

    public Executable file() {
        return file;
    }

    /// Arguments, a blank between.
    public String argsText() {
        if (argsText == null) {
            argsText = String.join(" ", args);
        }
        return argsText;
    }

    /// Name and arguments, a blank between.
    public String cmdline() {
        if (cmdline == null) {
            cmdline = args.length == 0 ? comm : comm + " " + argsText();
        }
        return cmdline;
    }

    /// `argv[0]`, a blank, and arguments with blanks between.
    public String exeline() {
        if (exeline == null) {
            exeline = exe + " " + argsText();
        }
        return exeline;
    }

    /// The environment, a blank between.
    public String environmentText() {
        if (environmentText == null) {
            environmentText = String.join(" ", environment);
        }
        return environmentText;
    }

    /// The value of one variable, blanks around it left out; null if it is not set or empty.
    public String variable(String name) {
        for (var entry : environment) {
            if (entry.length() > name.length() + 1 && entry.charAt(name.length()) == '=' && entry.startsWith(name)) {
                return strip(entry, name.length() + 1);
            }
        }
        return null;
    }

    private static String strip(String text, int from) {
        int end = text.length();
        while (from < end && text.charAt(from) == ' ') {
            from++;
        }
        while (end > from && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(from, end);
    }

    /// Chars that it holds, or will when its texts have been joined.
    int weight() {
        int weight = comm.length() + exe.length() + path.length();
        for (var arg : args) {
            weight += 3 * arg.length();
        }
        for (var entry : environment) {
            weight += 2 * entry.length();
        }
        return weight;
    }

    @Override
    public String toString() {
        return cmdline();
    }
}
