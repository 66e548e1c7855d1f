// SPDX-License-Identifier: Apache-2.0
/// The same verdict without a cluster: manifests from files, judged by the judge of the webhook.
///
/// Only [OfflineCheck#read] touches files; the rest is pure.
package io.gatehouse.admission.offline;
