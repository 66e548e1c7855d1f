// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.Optional;
import java.util.OptionalLong;

/// What the kernel sees of an event, in the words of fields, so that a filter there can be proven to let
/// through whatever a rule wants.
///
/// @param result `evt.rawres`; nothing for events without one
/// @param openedForReading `evt.is_open_read`
/// @param openedForWriting `evt.is_open_write`
/// @param path `fd.name`
/// @param onHost whether `container.id` is `host`
/// @param program `proc.name`, which the kernel cuts at 15 bytes
public record KernelView(
        OptionalLong result,
        boolean openedForReading,
        boolean openedForWriting,
        Optional<String> path,
        boolean onHost,
        Optional<String> program) {}
