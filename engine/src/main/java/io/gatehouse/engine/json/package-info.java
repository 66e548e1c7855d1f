// SPDX-License-Identifier: Apache-2.0
/// Events that are JSON: Kubernetes audit events, admission reviews looked at as audit events, and any other document.
///
/// Main path: [AuditLog] and [JsonLog] turn text into [JsonEvent]s, [JsonReaders] answers the fields that
/// rules ask of them. [AdmissionView] makes of an admission review the audit event its request would
/// leave, so that an audit rule can be asked before the request is done. [UnseenRequests] counts the
/// events whose request the audit policy left out.
///
/// The fields `ka.*` answer what the established plugin answers, also where one would expect something else; the
/// comments in [AuditFields] say where. A document is read within [io.gatehouse.engine.document.JsonReader.Limits].
///
/// Pure: the time of a document that carries none, time zone and host name are given by the caller. An event belongs to
/// one thread; readers may be used by several.
package io.gatehouse.engine.json;
