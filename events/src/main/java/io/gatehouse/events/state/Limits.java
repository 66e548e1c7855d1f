// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

/// How much of a machine is remembered. What would exceed a limit is dropped and counted in [Losses].
///
/// @param tasks further tasks are not added; their events have no task
/// @param descriptorsOfATask further descriptors of one table are not added
/// @param descriptors of all tables together
/// @param containers further containers are known by id only
/// @param accounts users and groups together
/// @param textChars of all programs (arguments, environments), control groups and long names together;
///     beyond, they stay empty or are cut. Containers may have a quarter as much besides
/// @param nameChars of one name or path; the rest is cut
/// @param listChars of one list: arguments, environment, control groups; the rest is cut
public record Limits(
        int tasks,
        int descriptorsOfATask,
        int descriptors,
        int containers,
        int accounts,
        long textChars,
        int nameChars,
        int listChars) {
    public static final Limits DEFAULT =
            new Limits(262_144, 16_384, 4_194_304, 16_384, 131_072, 512L << 20, 4_096, 65_535);
}
