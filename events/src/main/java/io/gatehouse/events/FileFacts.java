// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events;

/// A file as the kernel knows it.
///
/// @param dev of the superblock, kernel encoding (major << 20 | minor)
/// @param generation tells a number used again from the file that had it before
/// @param overlay on an overlay file system
/// @param upper in the overlay's writable layer
/// @param root on the container's root file system, as far as the kernel was told of it
/// @param unlinked no name leads to it
public record FileFacts(
        int dev, long ino, int generation, boolean overlay, boolean upper, boolean root, boolean unlinked) {}
