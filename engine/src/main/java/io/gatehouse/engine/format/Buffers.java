// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

/// How raw bytes are shown.
public enum Buffers {
    /// What is not printable ASCII as a dot.
    DOTS,
    BASE64
}
