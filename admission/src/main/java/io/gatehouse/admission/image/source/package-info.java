// SPDX-License-Identifier: Apache-2.0
/// Where images come from: a registry over HTTP, or a folder in OCI layout.
///
/// Whatever is handed out was compared with its digest and its announced size: a manifest before it is returned, a blob
/// when its stream ends, so a blob counts only once it was read to the end. Everything a stranger sends is bounded in
/// bytes and in time. Nothing here keeps an image.
package io.gatehouse.admission.image.source;
