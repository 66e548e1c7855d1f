// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image;

import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageReference;
import io.gatehouse.admission.image.source.ImageSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Looks into an image when asked and answers when it is done: for the command line, where somebody waits for it. One
/// thread's.
public final class ImagesNow implements Images {
    private final List<ImageSource> sources;
    private final Inspector inspector;
    private final Map<String, Answer> answers = new HashMap<>();

    /// @param sources asked in this order
    public ImagesNow(List<ImageSource> sources, Inspector inspector) {
        this.sources = List.copyOf(sources);
        this.inspector = inspector;
    }

    @Override
    public Answer of(String reference) {
        return answers.computeIfAbsent(reference, this::look);
    }

    private Answer look(String text) {
        var reference = ImageReference.parse(text);
        if (reference.isEmpty()) {
            return new Answer.Unknown("no runtime could pull it");
        }
        var reasons = new ArrayList<String>();
        for (var source : sources) {
            try {
                var digest = source.resolve(reference.get());
                return new Answer.Known(inspector.inspect(source, reference.get(), digest));
            } catch (ImageFailure e) {
                reasons.add(e.getMessage());
            }
        }
        return new Answer.Unknown(String.join("; ", reasons));
    }
}
