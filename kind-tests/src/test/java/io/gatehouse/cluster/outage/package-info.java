// SPDX-License-Identifier: Apache-2.0
/// The gate in trouble, and what the API server and the user see then: the table in `docs/guide/gate-outages.md`.
package io.gatehouse.cluster.outage;
