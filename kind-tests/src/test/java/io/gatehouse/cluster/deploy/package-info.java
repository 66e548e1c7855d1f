// SPDX-License-Identifier: Apache-2.0
/// What `deploy/` describes, put into a cluster under names of the story's own, and what the doctor finds there.
package io.gatehouse.cluster.deploy;
