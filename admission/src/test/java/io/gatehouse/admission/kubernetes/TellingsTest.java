// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.review.Decision;
import io.gatehouse.admission.review.Judge;
import io.gatehouse.admission.review.ObjectEvent;
import io.gatehouse.admission.review.Policies;
import io.gatehouse.admission.review.ReviewRequest;
import io.gatehouse.admission.review.ReviewRequest.Operation;
import io.gatehouse.admission.review.Subject;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.feed.kubernetes.ApiServerStandIn;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TellingsTest {
    private static final String EVENTS = "apis/events.k8s.io/v1/events";
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-01T00:00:00Z"));
    private final BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private ApiServerStandIn cluster;
    private ApiServer server;
    private Tellings tellings;

    @BeforeEach
    void start() throws IOException {
        cluster = new ApiServerStandIn(EVENTS);
        server = cluster.connect();
        tellings = new Tellings(server, "gatehouse-0", now::get, notices::add);
    }

    @AfterEach
    void end() {
        tellings.close();
        server.close();
        cluster.close();
    }

    private static ReviewRequest request(String metadata, boolean dryRun) {
        var text = "apiVersion: v1\nkind: Pod\nmetadata: {" + metadata + "}\nspec: {containers: [{name: web}]}\n";
        var object = (Node.Mapping)
                YamlReader.read(new SourceText("pod", text)).documents().getFirst();
        return new ReviewRequest(
                "uid",
                new Subject("", "Pod", Optional.of("shop"), "web-1"),
                "pods",
                Operation.CREATE,
                Optional.of(object),
                Optional.empty(),
                dryRun,
                "jane");
    }

    private void refuse(String policy, ReviewRequest request) {
        var snapshot = Policies.snapshot(Policies.policy(policy, Mode.ENFORCE, Policies.READ_ONLY));
        var outcome = assertInstanceOf(
                Judge.Outcome.Judged.class, Judge.decide(request, snapshot, LocalDate.of(2026, 11, 1)));
        ObjectEvent.of(request, assertInstanceOf(Decision.Deny.class, outcome.decision()), now.get())
                .ifPresent(tellings::offer);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "not in time");
            Thread.sleep(10);
        }
    }

    private long settled() {
        var counts = tellings.counts();
        return counts.told() + counts.repeated() + counts.cut() + counts.failed();
    }

    private List<Map<String, Object>> events() {
        return cluster.all("apis/events.k8s.io/v1/namespaces/shop/events");
    }

    @Test
    void a_denial_is_told_on_what_would_have_made_the_pod() throws Exception {
        refuse(
                "p",
                request(
                        "generateName: web-, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-7,"
                                + " uid: u7, controller: true}]",
                        false));
        await(() -> settled() == 1);
        var event = events().getFirst();
        assertEquals(
                Map.of(
                        "apiVersion",
                        "apps/v1",
                        "kind",
                        "ReplicaSet",
                        "namespace",
                        "shop",
                        "name",
                        "web-7",
                        "uid",
                        "u7"),
                event.get("regarding"));
        assertEquals("Warning", event.get("type"));
        assertEquals(ObjectEvent.DENIED, event.get("reason"));
        assertEquals("gatehouse-0", event.get("reportingInstance"));
        assertEquals("2026-11-01T00:00:00.000000Z", event.get("eventTime"));
        assertTrue(
                event.get("note")
                        .toString()
                        .startsWith(
                                "refused Pod shop/web-1, 1 finding: spec.containers[0].securityContext.readOnlyRootFilesystem:"
                                        + " container \"web\" may write to its root filesystem"),
                event::toString);
    }

    @Test
    void the_same_denial_is_told_once_in_a_while_and_then_with_how_often() throws Exception {
        for (int i = 0; i < 5; i++) {
            refuse("p", request("name: web-1", false));
        }
        await(() -> settled() == 5);
        assertEquals(new Tellings.Counts(1, 4, 0, 0), tellings.counts());
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(11)));
        refuse("p", request("name: web-1", false));
        await(() -> settled() == 6);
        assertEquals(2, events().size());
        assertTrue(
                events().stream().anyMatch(one -> one.get("note").toString().endsWith("(4 times since)")),
                events()::toString);
    }

    @Test
    void a_storm_of_different_denials_is_cut_and_counted() throws Exception {
        for (int i = 0; i < 100; i++) {
            refuse("p" + i, request("name: web-1", false));
        }
        await(() -> settled() == 100);
        assertEquals(new Tellings.Counts(25, 0, 75, 0), tellings.counts());
        now.updateAndGet(time -> time.plus(Duration.ofSeconds(2)));
        for (int i = 100; i < 105; i++) {
            refuse("p" + i, request("name: web-1", false));
        }
        await(() -> settled() == 105);
        assertEquals(27, tellings.counts().told());
    }

    @Test
    void a_dry_run_tells_nothing() throws Exception {
        refuse("p", request("name: web-1", true));
        refuse("q", request("name: web-1", false));
        await(() -> settled() == 1);
        assertTrue(events().getFirst().get("note").toString().contains("policy q"));
    }

    @Test
    void an_api_server_that_takes_no_events_is_told_once() throws Exception {
        cluster.refusing = true;
        refuse("p", request("name: web-1", false));
        refuse("q", request("name: web-1", false));
        await(() -> settled() == 2);
        assertEquals(2, tellings.counts().failed());
        assertEquals(1, notices.size());
    }
}
