// SPDX-License-Identifier: Apache-2.0
/// What stands in the layers of an image, and what of it speaks against an image without a system.
///
/// A layer is read once, as a stream: [Unpacked] takes off the compression, [TarReader] gives entry after
/// entry, [FileTree] lays them over each other with whiteouts, and [FileTree#evidence] tells. Of a file
/// no more is kept than its mode and what [Contents] recognised while its bytes went by; a file that can
/// be no evidence is not kept at all, so memory follows what matters and not the size of the image. Where
/// tools disagree about what a layer means, more is kept rather than less. Pure but for the streams it is
/// given.
package io.gatehouse.admission.image.layer;
