// SPDX-License-Identifier: Apache-2.0
/// What an API server asks and tells by its own flags and not by a registration: the audit webhook back-end and the
/// ImagePolicyWebhook.
///
/// `GATEHOUSE_CALLBACKS` names a folder about an API server that has both, of the cluster of `KUBECONFIG`:
/// - `kubeconfig` for that API server, which may be the same one;
/// - `listen`, the `HOST:PORT` that it calls: `/k8s-audit` by `--audit-webhook-config-file`, with an audit policy of
///   `RequestResponse` for pods, and `/image-policy` by `--enable-admission-plugins=ImagePolicyWebhook` and
///   `--admission-control-config-file`, with `defaultAllow: false` and times of a second or so;
/// - `serving.pem`, certificate and key for that address, of the authority that its two kubeconfigs trust;
/// - `client-ca.pem`, the same authority, which signed the certificate that it shows, to webhooks too: the
/// `kubeConfigFile` of
///   ValidatingAdmissionWebhook has it for the user `*`.
///
/// A second API server beside the first, on the same etcd, keeps everybody else's pods out of this.
package io.gatehouse.cluster.callbacks;
