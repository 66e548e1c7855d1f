// SPDX-License-Identifier: Apache-2.0
/// The policy document as records: what `WorkloadPolicy.v1alpha1.json` says, typed.
///
/// A value of these types has passed the schema; nothing here reads text or decides anything. Words are those of the
/// document itself, so that a reader of the YAML finds them again in the code. Collections are immutable and never
/// null.
package io.gatehouse.schemas.policy;
