// SPDX-License-Identifier: Apache-2.0
/// What the API server keeps by itself, made by `gatehouse policy floor`.
package io.gatehouse.cluster.floor;
