// SPDX-License-Identifier: Apache-2.0
/// `ImageReview` of `imagepolicy.k8s.io/v1alpha1`: what the API server's admission plug-in ImagePolicyWebhook asks.
///
/// It tells namespace, image references and annotations, and nothing else of the pod. So only the controls that ask
/// for nothing but an image are put to it (`Control.OF_IMAGES`), and a policy that selects by labels or by container
/// names is left to `/validate` and named in the answer. Pure.
package io.gatehouse.admission.imagepolicy;
