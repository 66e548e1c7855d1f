// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

/// Where one parameter of an event comes from.
///
/// @param argument of the call, from 0; [#RESULT] for what it returned; -1 where that says nothing
/// @param word what of the argument: the register itself, or bytes of what it points at
/// @param length code of the length as in [Capture]; -1 without
/// @param address argument that holds an address of the user's beside the one of the socket; -1 without
/// @param bit of a structure's own mask of valid members; 0: always valid
/// @param values how a number of the kernel becomes one of the format; null: as it is
public record Source(From from, int argument, Word word, int length, int address, int bit, KernelValues values) {
    /// The place of the result beside those of the arguments.
    public static final int RESULT = 6;

    /// A number: in a register, or behind the pointer there.
    ///
    /// @param offset in bytes, or in the caller's longs, which have four bytes by the 32-bit entry
    /// @param size in bytes; 0: the register itself
    public record Word(int offset, int size, boolean longs) {
        static final Word REGISTER = new Word(0, 0, false);

        public boolean isRegister() {
            return size == 0;
        }

        /// Where it ends, for a caller of 64 bits.
        public int end() {
            return longs ? (offset + 1) * Long.BYTES : offset + size;
        }
    }

    /// What a source yields.
    public enum Form {
        NUMBER,
        TEXT,
        BYTES,
        ADDRESS,
        ENDS,
        POLLED,
        VARIANT,
        /// Nothing that any type could not take.
        NOTHING;

        public boolean fits(ParamType type) {
            return switch (this) {
                case NUMBER -> type.isNumber();
                case TEXT -> type == ParamType.CHARBUF || type == ParamType.FSPATH || type == ParamType.FSRELPATH;
                case BYTES -> type == ParamType.BYTEBUF;
                case ADDRESS -> type == ParamType.SOCKADDR;
                case ENDS -> type == ParamType.SOCKTUPLE;
                case POLLED -> type == ParamType.FDLIST;
                case VARIANT -> type == ParamType.DYN;
                case NOTHING -> true;
            };
        }
    }

    /// The sources there are. `calls.txt` writes them in small letters, with `.` for `_`.
    public enum From {
        // Numbers
        RESULT(Form.NUMBER),
        /// As it is.
        ARG(Form.NUMBER),
        /// An `int`: the upper half of the register says nothing.
        INT(Form.NUMBER),
        /// An `int` that names an open file, which is to be described.
        FD(Form.NUMBER),
        /// What the format has a name for; the values are the kernel's own.
        FLAGS(Form.NUMBER),
        /// By a table of values.
        VALUES(Form.NUMBER),
        ZERO(Form.NUMBER),
        /// An offset of 64 bits, which the 32-bit entry takes in two registers.
        POSITION(Form.NUMBER),
        /// As POSITION, the upper half first.
        HIGH_FIRST(Form.NUMBER),
        /// `struct timespec`, as nanoseconds.
        TIME(Form.NUMBER),
        /// Flags of open, and what the kernel knows of the file that was opened.
        OPENED(Form.NUMBER),
        /// The mode of a file that may be made: 0 if it may not.
        OPEN_MODE(Form.NUMBER),
        MODE(Form.NUMBER),
        /// With the kind of the file; a plain one without.
        NODE_MODE(Form.NUMBER),
        MOUNT_FLAGS(Form.NUMBER),
        /// With a mark for children in another pid namespace.
        CLONE_FLAGS(Form.NUMBER),
        DEVICE(Form.NUMBER),
        INODE(Form.NUMBER),
        /// The overlay layer of a new file.
        LAYER(Form.NUMBER),
        /// How many bytes the data of an argument has, told or not.
        WHOLE(Form.NUMBER),
        /// A socket option by its number, on the level that stands before it.
        OPTION(Form.NUMBER),
        PRCTL_NUMBER(Form.NUMBER),
        SEMAPHORE_VALUE(Form.NUMBER),
        QUOTA_COMMAND(Form.NUMBER),
        QUOTA_TYPE(Form.NUMBER),
        QUOTA_ID(Form.NUMBER),
        QUOTA_FORMAT(Form.NUMBER),
        QUOTA_FORMAT_OUT(Form.NUMBER),
        QUOTA_BLOCK(Form.NUMBER),
        QUOTA_INFO(Form.NUMBER),
        CALL_ID(Form.NUMBER),
        CALL_NUMBER(Form.NUMBER),

        // Who did it
        TASK_TID(Form.NUMBER),
        TASK_PID(Form.NUMBER),
        TASK_PPID(Form.NUMBER),
        TASK_VTID(Form.NUMBER),
        TASK_VPID(Form.NUMBER),
        TASK_PGID(Form.NUMBER),
        TASK_VPGID(Form.NUMBER),
        TASK_UID(Form.NUMBER),
        TASK_GID(Form.NUMBER),
        TASK_LOGINUID(Form.NUMBER),
        TASK_TTY(Form.NUMBER),
        TASK_INHERITABLE(Form.NUMBER),
        TASK_PERMITTED(Form.NUMBER),
        TASK_EFFECTIVE(Form.NUMBER),
        TASK_COMM(Form.TEXT),

        // The program that an exec put in place
        PROGRAM_FD_LIMIT(Form.NUMBER),
        PROGRAM_MAJOR_FAULTS(Form.NUMBER),
        PROGRAM_MINOR_FAULTS(Form.NUMBER),
        PROGRAM_VM_SIZE(Form.NUMBER),
        PROGRAM_VM_RSS(Form.NUMBER),
        PROGRAM_VM_SWAP(Form.NUMBER),
        PROGRAM_FLAGS(Form.NUMBER),
        PROGRAM_INODE(Form.NUMBER),
        PROGRAM_CTIME(Form.NUMBER),
        PROGRAM_MTIME(Form.NUMBER),
        PROGRAM_PATH(Form.TEXT),
        /// The file name an exec was given.
        ASKED(Form.TEXT),
        FIRST_WORD(Form.TEXT),
        OTHER_WORDS(Form.BYTES),
        ENVIRONMENT(Form.BYTES),

        // Texts and bytes
        TEXT(Form.TEXT),
        /// A text that names a file, relative to a directory.
        PATH(Form.TEXT),
        /// The kernel's own path of an open file.
        FILE_PATH(Form.TEXT),
        PRCTL_TEXT(Form.TEXT),
        FSCONFIG_TEXT(Form.TEXT),
        QUOTA_PATH(Form.TEXT),
        /// No more than the call returned.
        DATA(Form.BYTES),
        VECTOR(Form.BYTES),
        MESSAGE(Form.BYTES),
        FSCONFIG_BYTES(Form.BYTES),

        // Sockets and the rest
        ADDRESS(Form.ADDRESS),
        /// Both ends, this one first.
        OUTBOUND(Form.ENDS),
        /// Both ends, the other one first.
        INBOUND(Form.ENDS),
        POLLED(Form.POLLED),
        OPTION_VALUE(Form.VARIANT),
        PTRACE_ADDRESS(Form.VARIANT),
        PTRACE_DATA(Form.VARIANT),
        KEY(Form.VARIANT),
        /// The kernel does not tell.
        NONE(Form.NOTHING);

        private final Form form;

        From(Form form) {
            this.form = form;
        }

        public Form form() {
            return form;
        }
    }
}
