// SPDX-License-Identifier: Apache-2.0
/// Servers that people run, under policies that are enforced.
package io.gatehouse.agent.workload;
