// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import java.util.List;

/// A thread that was there when the recording began. What an older file does not tell is
/// -1 for ids, 0 for numbers, "" for text.
///
/// @param args without the program itself
/// @param cgroups `subsystem=path`
/// @param loginUid 0xFFFFFFFF is none
/// @param exeCtimeNanos since 1970, 0 unknown; so `exeMtimeNanos`
/// @param pidNamespaceStartNanos since 1970, 0 unknown
public record ProcessEntry(
        long tid,
        long pid,
        long ptid,
        long sid,
        long vpgid,
        long pgid,
        long vtid,
        long vpid,
        String comm,
        String exe,
        String exePath,
        List<String> args,
        String cwd,
        String root,
        List<String> env,
        List<String> cgroups,
        long fdLimit,
        long flags,
        long uid,
        long gid,
        long loginUid,
        long vmSizeKb,
        long vmRssKb,
        long vmSwapKb,
        long majorFaults,
        long minorFaults,
        long pidNamespaceStartNanos,
        long tty,
        boolean exeWritable,
        boolean exeUpperLayer,
        boolean exeLowerLayer,
        boolean exeFromMemfd,
        long exeInode,
        long exeCtimeNanos,
        long exeMtimeNanos,
        long capInheritable,
        long capPermitted,
        long capEffective) {
    public ProcessEntry {
        args = List.copyOf(args);
        env = List.copyOf(env);
        cgroups = List.copyOf(cgroups);
    }
}
