// SPDX-License-Identifier: Apache-2.0
/// What the API server tells after the fact: its audit events, put to the rules over them, and requests that it let
/// through without asking the gate, judged late.
package io.gatehouse.admission.audit;
