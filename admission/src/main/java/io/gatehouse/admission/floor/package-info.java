// SPDX-License-Identifier: Apache-2.0
/// What of the policies the API server can keep by itself: ValidatingAdmissionPolicies, made from the enforced policies
/// for what CEL can say, and guards for what the gate leaves out.
///
/// Words: the *floor* is all of them together; a *guard* keeps a namespace that the gate is not asked about, or the
/// gate's registration; a *loss* is a part of a policy that the floor cannot keep, each with its reason.
///
/// The floor refuses nothing that the gate would let through at the time it is made; where CEL cannot say exactly what
/// the gate means, the floor is the weaker of the two. Pure: a snapshot and a day go in, text comes out.
package io.gatehouse.admission.floor;
