// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

/// Java's side of `bpf/include/gatehouse.h`: sizes and offsets in bytes, native byte order. `WireTest` compares every
/// one of them with the type information that clang wrote into the object.
public final class Wire {
    public static final int CONTAINERS = 16384;
    public static final int RESERVE = 1024;
    public static final int SLOTS = CONTAINERS + 1 + RESERVE;
    public static final int RULESETS = 2 * CONTAINERS + 16;
    public static final int HELD = 1024;
    public static final int VERSION = 2;
    public static final int RULE_COUNT = 21;
    public static final int RING_BYTES = 8 << 20;
    public static final int PATH_CAPACITY = 1024 + 256;
    public static final int ARGS_CAPACITY = 1024 + 256;
    public static final int COMM = 16;
    public static final int ANCESTORS = 8;
    public static final long V1_KEY = 1L << 63;

    private Wire() {}

    /// `struct gh_event`
    public static final class Event {
        public static final int SIZE = 4280;
        public static final int TIME_NS = 0;
        public static final int SCOPE = 8;
        public static final int START_NS = 16;
        public static final int INO = 24;
        public static final int DEV = 32;
        public static final int GENERATION = 36;
        public static final int TGID = 40;
        public static final int TID = 44;
        public static final int UID = 48;
        public static final int GID = 52;
        public static final int MNT_NS = 56;
        public static final int SLOT = 60;
        public static final int RULES = 64;
        public static final int VIOLATION_COUNT = 68;
        public static final int VIOLATIONS = 72;
        public static final int DETAIL = 104;
        public static final int ACT = 136;
        public static final int FACTS = 138;
        public static final int VERDICT = 140;
        public static final int BACKEND = 141;
        public static final int ANCESTOR_COUNT = 142;
        public static final int SYSCALL = 144;
        public static final int PATH_LEN = 148;
        public static final int EXE_LEN = 152;
        public static final int ARGS_LEN = 156;
        public static final int COMM = 164;
        public static final int ANCESTORS = 184;
        public static final int PATH = 440;
        public static final int EXE = 1720;
        public static final int ARGS = 3000;

        private Event() {}
    }

    /// `struct gh_violation`
    public static final class Violation {
        public static final int MAX = 4;
        public static final int SIZE = 8;
        public static final int RULE = 0;
        public static final int POLICIES = 4;

        private Violation() {}
    }

    /// `struct gh_detail`
    public static final class Detail {
        public static final int SIZE = 32;
        public static final int NUMBER = 0;
        public static final int FAMILY = 4;
        public static final int PORT = 6;
        public static final int ADDRESS = 8;
        public static final int TYPE = 24;
        public static final int PROTOCOL = 26;

        private Detail() {}
    }

    /// `struct gh_ancestor`
    public static final class Ancestor {
        public static final int SIZE = 32;
        public static final int START_NS = 0;
        public static final int TGID = 8;
        public static final int COMM = 12;

        private Ancestor() {}
    }

    /// `struct gh_object`
    public static final class Object {
        public static final int SIZE = 24;
        public static final int RULES = 0;
        public static final int DEV = 4;
        public static final int INO = 8;
        public static final int GENERATION = 16;
        public static final int KIND = 20;
        public static final int KIND_FILE = 0;
        public static final int KIND_UPPER_FILE = 1;
        public static final int KIND_DIRECTORY = 2;
        public static final int KIND_VOLUME = 3;
        public static final int KIND_WRITE_FORBIDDEN = 4;
        public static final int KIND_READ_FORBIDDEN = 5;
        public static final int KIND_FORBIDDEN_PROGRAM = 6;
        public static final int KIND_INTERPRETER = 7;
        public static final int KIND_JIT = 8;
        public static final int KIND_ABOVE_FORBIDDEN = 9;

        private Object() {}
    }

    /// `struct gh_rules`: for each rule the masks report, deny, kill
    public static final class Rules {
        public static final int SIZE = 304;
        public static final int MASKS = 12;
        public static final int REPORT = 0;
        public static final int DENY = 4;
        public static final int KILL = 8;
        public static final int FLAGS = 252;
        public static final int OPEN_BEFORE = 1;
        public static final int ENDPOINTS = 256;
        public static final int POLICIES = 296;

        /// Eight bytes for each kind of object from [Object#KIND_DIRECTORY] to [Object#KIND_READ_FORBIDDEN].
        public static final int MARKS = 264;

        public static final int TREES = 4;

        private Rules() {}
    }

    /// `struct gh_endpoint`: key of a longest-prefix map
    public static final class Endpoint {
        public static final int SIZE = 28;
        public static final int PREFIX_LEN = 0;
        public static final int SET = 4;
        public static final int LIST = 8;
        public static final int FAMILY = 9;
        public static final int PORT = 10;
        public static final int ADDRESS = 12;
        /// Bits that come before the address and always count.
        public static final int BITS_BEFORE_ADDRESS = 8 * (ADDRESS - SET);

        private Endpoint() {}
    }

    /// `struct gh_place`: what it says as a [Object#KIND_DIRECTORY] and the kinds that follow
    public static final class Place {
        public static final int SIZE = 20;
        public static final int POLICIES = 0;
        public static final int ABOVE = 16;

        private Place() {}
    }

    /// `struct gh_slot`
    public static final class Slot {
        public static final int SIZE = 16;
        public static final int RULES = 0;
        public static final int ROOT_DEV = 4;
        public static final int SERIAL = 8;
        public static final int SEEN = 12;

        private Slot() {}
    }

    /// `struct gh_task`
    public static final class Task {
        public static final int SIZE = 16;
        public static final int SETTING_UP = 0;
        public static final int SLOT = 8;
        public static final int SERIAL = 12;

        private Task() {}
    }

    /// `struct gh_hold`
    public static final class Hold {
        public static final int SIZE = 48;
        public static final int START_NS = 0;
        public static final int SINCE_NS = 8;
        public static final int SCOPE = 16;
        public static final int INO = 24;
        public static final int DEV = 32;
        public static final int GENERATION = 36;
        public static final int FACTS = 40;

        private Hold() {}
    }

    /// `struct gh_control`
    public static final class Control {
        public static final int SIZE = 208;
        public static final int BRAKED_UNTIL_NS = 0;
        public static final int VERSION = 8;
        public static final int AGENT = 12;
        public static final int HOLDS = 16;
        public static final int DEFAULT_RULES = 20;
        public static final int OVERFLOWED = 24;
        public static final int HOST_ROOT_DEV = 28;
        public static final int CENSUS = 32;
        public static final int RETIRED = 36;
        public static final int BRAKED_AT_MS = 40;
        public static final int ALIVE_NS = 48;
        public static final int TOLD_REFUSED = 56;
        public static final int TOLD_KILLED = 64;
        public static final int TOLD_LOST = 72;
        public static final int BRAKE_REASON = 80;
        public static final int REASON_CAPACITY = 128;

        private Control() {}
    }

    /// `struct gh_guarded` and `enum gh_guarded_kind`
    public static final class Guarded {
        public static final int SIZE = 16;
        public static final int ID = 0;
        public static final int DEV = 8;
        public static final int KIND = 12;
        public static final int KIND_MAP = 1;
        public static final int KIND_PROGRAM = 2;
        public static final int KIND_LINK = 3;
        public static final int KIND_TREE = 4;
        public static final int KIND_ABOVE = 5;
        public static final int KIND_DEVICE = 6;

        private Guarded() {}
    }

    /// A value of `gh_syscalls`.
    public static final class Call {
        public static final int BAN = 1 << 31;

        private Call() {}
    }

    /// `struct gh_identity`
    public static final class Identity {
        public static final int SIZE = 64;
        public static final int FD = 0;
        public static final int RULES = 4;
        public static final int INO = 8;
        public static final int DEV = 16;
        public static final int GENERATION = 20;
        public static final int UPPER = 24;
        public static final int OVERLAY = 28;
        public static final int BELOW = 32;
        public static final int ERROR = 36;
        public static final int VOLUME = 40;
        public static final int WRITE_FORBIDDEN = 44;
        public static final int READ_FORBIDDEN = 48;
        public static final int APART = 52;
        public static final int MODE = 56;
        public static final int LINKS = 60;

        private Identity() {}
    }
}
