// SPDX-License-Identifier: Apache-2.0
/// What an API server writes into its audit log: the audit policy (`audit.k8s.io/v1`), read, checked,
/// asked what it says to a request, and made from what rules need. Pure.
package io.gatehouse.engine.audit;
