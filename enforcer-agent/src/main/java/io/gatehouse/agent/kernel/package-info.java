// SPDX-License-Identifier: Apache-2.0
/// The only native calls of the product: libbpf and libc by jnr-ffi, below types that own and close what they open.
///
/// [BpfObject] loads programs, [BpfMap] and [RingBuffer] talk to them, [OpenedFile] and [PidFd] are what else Java
/// lacks.
/// Wire layouts stand in [Wire] and are held to the C header by a test. Nothing here knows policies or containers.
/// Not thread-safe unless a type says so: the agent's ring thread owns everything after start.
package io.gatehouse.agent.kernel;
