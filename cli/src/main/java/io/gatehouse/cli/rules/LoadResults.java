// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.rules;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.rule.Finding;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/// Findings as Falco's `-V -o json_output=true` prints them, so that what reads those reads ours; beside its keys stand
/// our code, the place, the reason and the remedy.
final class LoadResults {
    private LoadResults() {}

    static void print(List<SourceText> sources, List<Finding> findings, PrintWriter out) throws IOException {
        try (var json = new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            json.writeStartObject();
            json.writeArrayFieldStart("falco_load_results");
            for (var source : sources) {
                var own = findings.stream()
                        .filter(finding -> finding.diagnostic().span().source() == source)
                        .toList();
                json.writeStartObject();
                json.writeStringField("name", source.name());
                json.writeBooleanField("successful", own.stream().noneMatch(Finding::isError));
                json.writeArrayFieldStart("errors");
                for (var finding : own.stream().filter(Finding::isError).toList()) {
                    print(finding, json);
                }
                json.writeEndArray();
                json.writeArrayFieldStart("warnings");
                for (var finding : own.stream().filter(f -> !f.isError()).toList()) {
                    print(finding, json);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println();
    }

    private static void print(Finding finding, JsonGenerator json) throws IOException {
        var diagnostic = finding.diagnostic();
        json.writeStartObject();
        json.writeStringField("code", finding.upstream().orElse(diagnostic.code()));
        json.writeStringField("message", diagnostic.message());
        json.writeObjectFieldStart("context");
        json.writeArrayFieldStart("locations");
        for (var item : finding.items()) {
            json.writeStartObject();
            json.writeStringField("item_type", item.kind());
            json.writeStringField("item_name", item.name());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeObjectFieldStart("gatehouse");
        json.writeStringField("code", diagnostic.code());
        json.writeNumberField("line", diagnostic.span().line());
        json.writeNumberField("column", diagnostic.span().column());
        json.writeStringField("why", diagnostic.why());
        json.writeStringField("fix", diagnostic.fix());
        json.writeEndObject();
        json.writeEndObject();
    }
}
