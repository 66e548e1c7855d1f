// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

/// Numbers of blocks. A number is never given out twice; each version of a block has its own, and the
/// earliest versions of some have a second one.
final class BlockType {
    static final int SECTION_HEADER = 0x0A0D0D0A;
    static final int MACHINE = 0x201;
    static final int MACHINE_OLD = 0x8002ABCD;
    static final int DESCRIPTORS_V1 = 0x203;
    static final int DESCRIPTORS_OLD = 0x8001ABCD;
    static final int DESCRIPTORS_V2 = 0x218;
    static final int INTERFACES_V1 = 0x205;
    static final int INTERFACES_OLD = 0x8011ABCD;
    static final int INTERFACES_V2 = 0x219;
    static final int ACCOUNTS_V1 = 0x206;
    static final int ACCOUNTS_OLD = 0x8012ABCD;
    static final int ACCOUNTS_V2 = 0x220;
    static final int EVENT_V1 = 0x204;
    static final int EVENT_OLD = 0x8010ABCD;
    static final int EVENT_V1_FLAGS = 0x208;
    static final int EVENT_V2 = 0x216;
    static final int EVENT_V2_FLAGS = 0x217;
    static final int EVENT_V2_LARGE = 0x221;
    static final int EVENT_V2_LARGE_FLAGS = 0x222;
    static final int PROCESSES_V9 = 0x215;

    private BlockType() {}

    /// For people.
    static String words(int type) {
        var what = switch (type) {
            case SECTION_HEADER -> "a section header";
            case MACHINE, MACHINE_OLD -> "a description of the machine";
            case DESCRIPTORS_V1, DESCRIPTORS_V2, DESCRIPTORS_OLD -> "a list of file descriptors";
            case INTERFACES_V1, INTERFACES_V2, INTERFACES_OLD -> "a list of network interfaces";
            case ACCOUNTS_V1, ACCOUNTS_V2, ACCOUNTS_OLD -> "a list of users";
            case EVENT_V1, EVENT_OLD, EVENT_V1_FLAGS, EVENT_V2, EVENT_V2_FLAGS -> "an event";
            case EVENT_V2_LARGE, EVENT_V2_LARGE_FLAGS -> "a large event";
            default -> processesVersion(type) > 0 ? "a list of processes" : "an unknown block";
        };
        return what + " (block type 0x" + Integer.toHexString(type) + ")";
    }

    /// 1 to 9, 0 if it is no list of processes.
    static int processesVersion(int type) {
        return switch (type) {
            case 0x202, 0x8000ABCD -> 1;
            case 0x207, 0x8013ABCD -> 2;
            case 0x209, 0x8014ABCD -> 3;
            case 0x210 -> 4;
            case 0x211 -> 5;
            case 0x212 -> 6;
            case 0x213 -> 7;
            case 0x214 -> 8;
            case PROCESSES_V9 -> 9;
            default -> 0;
        };
    }
}
