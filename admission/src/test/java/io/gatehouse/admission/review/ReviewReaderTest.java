// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.engine.document.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReviewReaderTest {
    static final String REVIEW = """
            {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{
            "uid":"u-1","kind":{"group":"apps","version":"v1","kind":"Deployment"},
            "resource":{"group":"apps","version":"v1","resource":"deployments"},
            "name":"web","namespace":"shop","operation":"UPDATE","userInfo":{"username":"jane","groups":["a"]},
            "object":{"spec":{"unheardOf":1}},"oldObject":{"spec":{}},"dryRun":true,"options":null}}
            """;

    @Test
    void a_review_keeps_what_is_judged_and_what_nobody_knows() {
        var request = read(REVIEW);
        assertEquals("u-1", request.uid());
        assertEquals(new Subject("apps", "Deployment", Optional.of("shop"), "web"), request.subject());
        assertEquals("deployments", request.resource());
        assertEquals(Operation.UPDATE, request.operation());
        assertTrue(request.dryRun());
        assertEquals("jane", request.user());
        assertTrue(request.object()
                .orElseThrow()
                .get("spec")
                .orElseThrow()
                .toString()
                .contains("unheardOf"));
        assertTrue(request.oldObject().isPresent());
    }

    @Test
    void a_subresource_is_part_of_the_resource_and_a_generated_name_is_shown_as_one() {
        var request = read(REVIEW.replace("\"name\":\"web\",", "\"subResource\":\"scale\",")
                .replace("\"object\":{", "\"object\":{\"metadata\":{\"generateName\":\"web-\"},"));
        assertEquals("deployments/scale", request.resource());
        assertEquals("web-*", request.subject().name());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "AdmissionReview"       | "Pod"          | GH-1553 kind is "Pod", not "AdmissionReview"
            "admission.k8s.io/v1"   | "admission.k8s.io/v1beta1" | GH-1553 apiVersion is "admission.k8s.io/v1beta1", not "admission.k8s.io/v1"
            "uid":"u-1",            | ``             | GH-1553 request.uid is missing
            "u-1"                   | ""             | GH-1553 request.uid is missing
            "u-1"                   | 7              | GH-1553 request.uid is 7, not a text
            "UPDATE"                | "PATCH"        | GH-1553 request.operation is "PATCH", which is unknown
            "object":{"spec":{"unheardOf":1}}, | `` | GH-1553 request.object is missing for UPDATE
            "dryRun":true           | "dryRun":"yes" | GH-1553 request.dryRun is "yes", not true or false
            "kind":"Deployment"     | "kind":null    | GH-1553 request.kind.kind is missing
            "oldObject":{"spec":{}} | "oldObject":[] | GH-1553 request.oldObject is a list, not a mapping
            "uid":"u-1",            | "uid":"a","uid":"b", | GH-1004 key 'uid' stands twice
            """)
    void what_is_not_wholly_understood_is_no_request(String part, String instead, String told) {
        assertTrue(REVIEW.contains(part), part);
        assertEquals(told, malformed(REVIEW.replace(part, instead)));
    }

    @Test
    void the_uid_is_found_without_reading_the_rest() {
        assertEquals(Optional.of("u-1"), uid(REVIEW));
        assertEquals(Optional.of("u-1"), uid(REVIEW.substring(0, REVIEW.indexOf("\"kind\":{"))));
        assertEquals(
                Optional.of("u-2"), uid("{\"a\":{\"uid\":\"no\"},\"request\":{\"o\":{\"uid\":\"no\"},\"uid\":\"u-2\""));
        for (var none : new String[] {"", "[]", "{", "{}", "{\"request\":[]}", "{\"uid\":\"u\"}", "\u0000"}) {
            assertEquals(Optional.empty(), uid(none), none);
        }
    }

    @Test
    void any_damage_to_a_review_gives_a_request_or_diagnostics() {
        var good = REVIEW.getBytes(StandardCharsets.UTF_8);
        long seed = 20261101;
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            var bytes = good.clone();
            for (int change = 0; change <= random.nextInt(4); change++) {
                bytes[random.nextInt(bytes.length)] =
                        "{}[]\",:0tn\\ ".getBytes(StandardCharsets.US_ASCII)[random.nextInt(12)];
            }
            switch (ReviewReader.read(bytes, JsonReader.Limits.DEFAULT)) {
                case ReviewReader.Outcome.Read(var request) ->
                    assertTrue(!request.uid().isEmpty());
                case ReviewReader.Outcome.Malformed(var diagnostics) ->
                    assertTrue(!diagnostics.isEmpty(), "seed " + seed + " round " + round);
            }
            ReviewReader.uid(bytes);
        }
    }

    private static ReviewRequest read(String text) {
        var outcome = ReviewReader.read(text.getBytes(StandardCharsets.UTF_8), JsonReader.Limits.DEFAULT);
        return assertInstanceOf(ReviewReader.Outcome.Read.class, outcome, outcome::toString)
                .request();
    }

    private static String malformed(String text) {
        var outcome = ReviewReader.read(text.getBytes(StandardCharsets.UTF_8), JsonReader.Limits.DEFAULT);
        return assertInstanceOf(ReviewReader.Outcome.Malformed.class, outcome).diagnostics().stream()
                .map(d -> d.code() + " " + d.message())
                .collect(Collectors.joining("; "));
    }

    private static Optional<String> uid(String text) {
        return ReviewReader.uid(text.getBytes(StandardCharsets.UTF_8));
    }
}
