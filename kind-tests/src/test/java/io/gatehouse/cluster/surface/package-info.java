// SPDX-License-Identifier: Apache-2.0
/// Whatever brings a pod into being, changes one or leads into one: the API server asks the gate about all of it.
package io.gatehouse.cluster.surface;
