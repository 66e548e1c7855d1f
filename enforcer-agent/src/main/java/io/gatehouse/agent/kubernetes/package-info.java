// SPDX-License-Identifier: Apache-2.0
/// What only the API server knows of this node's pods: their labels.
///
/// Nothing here decides anything, and nothing waits for the network: whoever asks gets what is known by now. Threads of
/// the client library keep it up to date.
package io.gatehouse.agent.kubernetes;
