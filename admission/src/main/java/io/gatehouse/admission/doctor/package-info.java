// SPDX-License-Identifier: Apache-2.0
/// What a cluster's configuration leaves open, found in its objects alone.
///
/// Words: a *hole* is a way past the gate or a way in which the gate takes the cluster down; each is a
/// diagnostic with the place in the object. *Examined* is what was there to be looked at: what nobody
/// gave is said to be unexamined, not taken to be in order.
///
/// Pure: objects and an instant go in, holes come out. Who asks a live API server is `admission.kubernetes`; files are
/// read by the command.
package io.gatehouse.admission.doctor;
