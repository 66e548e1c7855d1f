// SPDX-License-Identifier: Apache-2.0
/// Where the pod stands in an object: the one table of kinds that carry a pod, and the pod as the controls see it.
///
/// The views keep the untyped tree beneath them, so that a field this code has never heard of stays visible. Words:
/// a *bearer* is a kind that carries pods, a *template* the part of it that does. Pure.
package io.gatehouse.admission.pod;
