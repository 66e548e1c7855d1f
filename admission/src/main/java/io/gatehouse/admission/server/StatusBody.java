// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import com.fasterxml.jackson.core.JsonFactory;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// What an answer says that is no review. The API server hands on the message of a `Status`; of any other body it says
/// something of its own, such as "the server rejected our request for an unknown reason".
final class StatusBody {
    static final String CONTENT_TYPE = "application/json";

    private static final JsonFactory FACTORY = new JsonFactory();

    private StatusBody() {}

    static Buffer of(int code, String message) {
        var out = new ByteArrayOutputStream(256);
        try (var json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("kind", "Status");
            json.writeStringField("apiVersion", "v1");
            json.writeStringField("status", "Failure");
            json.writeStringField("message", message);
            json.writeNumberField("code", code);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing a status in memory", e);
        }
        return Buffer.buffer(out.toByteArray());
    }
}
