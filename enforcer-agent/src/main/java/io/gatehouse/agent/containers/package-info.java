// SPDX-License-Identifier: Apache-2.0
/// Whose container a process is, from what the kernel and the container runtimes have written down.
///
/// Main path: [ContainerFinder#find]. Only files are read; there are no native calls, no sockets, no threads.
///
/// Words:
/// - *runtime*: the program users name when they say who runs the container (docker, podman, containerd, cri-o), or
///   the OCI runtime itself where nobody stands above it (runc, crun).
/// - *state*: the file in which an OCI runtime keeps a running container: init process, cgroups, mounts.
/// - *vouch*: a state vouches for a cgroup when it names it, or when the container's init process lives in it.
///
/// Who is believed. Cgroup names below a container's own cgroup can be made by the container itself, so a name alone
/// proves nothing there. Of several containers in one path the innermost that a state of this node vouches for wins;
/// if none is vouched for, the outermost wins, because its name was written by somebody outside of it. A container in
/// a container (docker in docker, a kind node seen from its host) is therefore the outer one, whose policy holds for
/// everything in it; the same inner containers are seen as themselves by an agent that runs inside that node.
///
/// Files of users are not believed: the storage of rootless podman lies in home directories, where its owner may
/// write whatever he likes, so such a container is known by its id alone.
///
/// Input is hostile: every read is bounded, only regular files are opened, symbolic links are followed inside the
/// node's root only, and wrong data ends as a gap ([Container#gaps]) or a reason ([Finding.Unrecognised]), never as an
/// exception.
package io.gatehouse.agent.containers;
