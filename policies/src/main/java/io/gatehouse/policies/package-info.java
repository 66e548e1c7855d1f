// SPDX-License-Identifier: Apache-2.0
/// The policies we ship. Each lies in a folder of its own, beside manifests that pass it and manifests
/// that fail it by one change; the first line of a failing manifest names the rule it expects. Manifests
/// of a policy about the gate are for the gate to judge; those of a policy about the node do, when they
/// run, what the node has to judge.
package io.gatehouse.policies;
