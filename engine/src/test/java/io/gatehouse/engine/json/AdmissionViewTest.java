// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import io.gatehouse.engine.Golden;
import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.JsonReader.Limits;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class AdmissionViewTest {
    @TestFactory
    Stream<DynamicTest> reviews_are_seen_as_the_golden_text_says() {
        return Golden.tests("json/admission.txt", files -> {
            var bytes = files.getFirst().text().getBytes(StandardCharsets.UTF_8);
            var review =
                    JsonReader.read("review", bytes, Limits.DEFAULT).documents().getFirst();
            return AdmissionView.of(review, 1, 1690557262892739231L)
                    .map(event -> JsonPrinter.indented(event.document(), JsonPrinter.Form.PLAIN))
                    .orElse("no review");
        });
    }
}
