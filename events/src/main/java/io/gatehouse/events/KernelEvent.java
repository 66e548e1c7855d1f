// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events;

import io.gatehouse.schemas.alert.Alert.Ancestor;
import io.gatehouse.schemas.alert.Verdict;
import java.util.List;

/// One record of the kernel, decoded.
///
/// @param timeNs since boot, suspend included
/// @param scope key of the cgroup
/// @param slot the container as the kernel knows it; 0: none
/// @param rules number of the rules in force at the act
/// @param violated by rule, one bit for each policy breached
/// @param detail what the act was about where that is no file
/// @param hostMounts the task still saw the host's mounts: a runtime on its way into the container
/// @param path of the act's object, from the root of the mount namespace; empty where there is none
/// @param pathComplete false where it was cut
/// @param exe the acting program; for an exec, the program asked for
/// @param text what the program wrote as a name (`NAMED_CHANGE`); empty otherwise
/// @param syscall its number, for `NAMED_CHANGE`
public record KernelEvent(
        long timeNs,
        Act act,
        Verdict verdict,
        Backend backend,
        long scope,
        int slot,
        int rules,
        List<Integer> violated,
        Detail detail,
        Actor actor,
        FileFacts file,
        boolean hostMounts,
        String path,
        boolean pathComplete,
        String exe,
        List<String> args,
        boolean argsComplete,
        String text,
        int syscall) {
    public KernelEvent {
        violated = List.copyOf(violated);
        args = List.copyOf(args);
    }

    /// What is zero or empty was not said.
    ///
    /// @param number what it counts depends on the act: capability, namespaces, command, signal, device, pid
    /// @param family of the socket, `AF_*`
    /// @param address numeric
    /// @param type of the socket, `SOCK_*`
    /// @param protocol `IPPROTO_*`
    public record Detail(int number, int family, int port, String address, int type, int protocol) {
        public static final Detail NONE = new Detail(0, 0, 0, "", 0, 0);
    }

    /// The process behind an event. `pid` with `startNs` names it for ever.
    ///
    /// @param pid of the thread group, in the host's pid namespace
    /// @param startNs since boot
    /// @param name the kernel's 15-character command name
    /// @param parents nearest first
    public record Actor(int pid, long startNs, int tid, long uid, long gid, String name, List<Ancestor> parents) {
        public Actor {
            parents = List.copyOf(parents);
        }
    }
}
