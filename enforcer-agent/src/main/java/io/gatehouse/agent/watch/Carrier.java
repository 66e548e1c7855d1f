// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

/// Which program tells of a system call; `enum gh_watch_carrier`. A call goes from the first to the last by way of the
/// one between, and never back: so it is told once, whatever runs in the kernel meanwhile.
enum Carrier {
    BY_ALL,
    BY_BOTH,
    BY_ITS_OWN
}
