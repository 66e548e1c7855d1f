// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import java.io.InputStream;

/// Gives images out. May block; used by several threads.
public interface ImageSource extends AutoCloseable {
    /// What a reference stands for now: of a manifest or of an index.
    Digest resolve(ImageReference reference) throws ImageFailure;

    /// A manifest or an index, compared with its digest.
    byte[] manifest(ImageReference reference, Digest digest) throws ImageFailure;

    /// A blob. The stream fails at its end where size or digest are others than said.
    InputStream blob(ImageReference reference, Descriptor blob) throws ImageFailure;

    @Override
    void close();
}
