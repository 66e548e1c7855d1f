// SPDX-License-Identifier: Apache-2.0
/// One admission review from the text of the request to the text of the answer.
///
/// Main path: [ReviewReader#read], [Judge#decide], [ReviewWriter#answer], and after the answer [Alerts#of]. The offline
/// check takes the same judge. Words: a *finding* is a breach with the policy that forbids it; it is *standing* where
/// the object was already so before the request. Pure: the day is a parameter.
package io.gatehouse.admission.review;
