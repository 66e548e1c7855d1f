// SPDX-License-Identifier: Apache-2.0
/// Attacks on the agent's rules, from inside protected containers: which there are, what must hold, what did.
package io.gatehouse.agent.bypass;
