// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

/// What a manifest says of something it names.
///
/// @param mediaType empty where none is said
/// @param size in bytes
public record Descriptor(String mediaType, Digest digest, long size) {}
