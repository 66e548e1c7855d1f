// SPDX-License-Identifier: Apache-2.0
/// What the gate asks of a pod, one control a file.
///
/// A control takes a policy's plan for the gate and an [Arrival], a pod and the request that brings it, and returns
/// every [Breach] in it. It knows no policy name and no mode. [Control#ALL] is the one table; a control that is missing
/// there does not exist. Pure.
package io.gatehouse.admission.control;
