// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.admission.audit.AuditCounts;
import io.gatehouse.admission.audit.AuditIntake;
import io.gatehouse.admission.audit.GateListener;
import io.gatehouse.admission.image.Images;
import io.gatehouse.admission.review.Policies;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.RuleAlert;
import io.gatehouse.schemas.policy.Mode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the API server's audit webhook sends, over TLS to the real server.
@Timeout(60)
class AuditEventsTest {
    private static final String RULES = """
            - rule: Exec
              desc: somebody enters
              condition: jevt.value[/stage]=ResponseStarted and ka.target.resource=pods and ka.target.subresource=exec
              output: exec (user=%ka.user.name pod=%ka.target.name)
              priority: NOTICE
              source: k8s_audit
            - rule: Privileged
              desc: a pod that is the node
              condition: ka.verb=create and ka.req.pod.containers.privileged intersects (true)
              output: privileged (pod=%ka.target.name)
              priority: WARNING
              source: k8s_audit
            """;

    @TempDir
    Path directory;

    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void rules_tell_of_events_as_of_any_log() throws Exception {
        var server = start(AuditEventsTest::rules);

        assertEquals(200, post(server, list(exec("a-1", "jane"), other("a-2"))).statusCode());

        var alert = (RuleAlert) heard.take();
        assertEquals("Exec", alert.rule());
        assertEquals("k8s_audit", alert.source());
        assertTrue(alert.text().endsWith("Notice exec (user=jane pod=web)"), alert.text());
        assertEquals(2, counts(server).events());
    }

    /// The API server sends at least once.
    @Test
    void an_event_that_is_sent_again_is_told_once() throws Exception {
        var server = start(AuditEventsTest::rules);
        var batch = list(exec("a-1", "jane"));

        assertEquals(200, post(server, batch).statusCode());
        assertEquals(200, post(server, batch).statusCode());

        assertEquals(1, counts(server).matches());
        assertEquals(1, counts(server).repeated());
    }

    @Test
    void another_stage_of_a_request_is_another_event() throws Exception {
        var server = start(AuditEventsTest::rules);
        var started = exec("a-1", "jane");

        post(server, list(started, started.replace("ResponseStarted", "ResponseComplete")));

        assertEquals(2, counts(server).events());
        assertEquals(0, counts(server).repeated());
    }

    @Test
    void what_is_broken_costs_no_other_event() throws Exception {
        var server = start(AuditEventsTest::rules);

        assertEquals(
                200,
                post(server, list("{\"kind\": \"Event\"}", exec("a-1", "jane"))).statusCode());

        assertEquals(1, counts(server).matches());
        assertEquals(1, counts(server).broken());
    }

    @Test
    void what_is_no_event_at_all_is_refused_with_its_place() throws Exception {
        var server = start(AuditEventsTest::rules);

        var answer = post(server, "{\"kind\": \"Pod\"}");

        assertEquals(400, answer.statusCode());
        assertTrue(answer.body().contains(" at 1:1: this is neither an audit event nor a list of them"), answer.body());
    }

    @Test
    void before_policies_are_loaded_events_stay_with_the_sender() throws Exception {
        var server = start(() -> null);

        assertEquals(503, post(server, list(exec("a-1", "jane"))).statusCode());
        assertEquals(0, counts(server).events());
    }

    /// `failurePolicy: Ignore`, and the gate was away.
    @Test
    void a_request_let_through_while_the_gate_was_away_is_judged_late() throws Exception {
        var policy = Policies.policy("immutable", Mode.ENFORCE, Policies.READ_ONLY);
        var server = start(() -> Policies.snapshot(policy));

        post(server, list(created("a-1", WebhookConfiguration.NAME), created("a-2", "other.example.com")));

        var alert = (Alert) heard.take();
        assertEquals("admission.readOnlyRootFilesystem", alert.rule());
        assertEquals(Guarantee.REPORTED, alert.guarantee());
        assertTrue(
                alert.message().startsWith("jane created Pod shop/web while the gate did not answer: "),
                alert.message());
        assertEquals(1, counts(server).failedOpen(), "another webhook's failure is not ours");
        assertTrue(heard.isEmpty());
    }

    @Test
    void where_the_log_leaves_out_what_was_stored_that_is_told() throws Exception {
        var server = start(AuditEventsTest::rules);
        var bare = created("a-1", WebhookConfiguration.NAME).replaceAll("\"requestObject\":.*?\\}\\]\\}\\},", "");

        post(server, list(bare));

        assertEquals(1, counts(server).unjudged());
        assertTrue(heard.stream().anyMatch(each -> each instanceof String text && text.contains("audit id a-1")));
    }

    /// Full is told to the sender, which keeps the events and comes again.
    @Test
    void a_flood_is_sent_away_and_nothing_is_lost() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var intake = intake(
                () -> {
                    entered.countDown();
                    await(release);
                    return rules();
                },
                listener());
        assertTrue(intake.offer(list(exec("first", "jane")).getBytes(), _ -> {}));
        entered.await();
        int taken = 0;
        while (intake.offer(list(exec("e" + taken, "jane")).getBytes(), _ -> {})) {
            taken++;
        }
        release.countDown();
        intake.close();

        assertEquals(1, intake.counts().sentAway());
        assertEquals(taken + 1, intake.counts().events());
        assertEquals(taken + 1, heard.size());
    }

    @Test
    void one_alert_that_nobody_can_take_costs_no_other_event() throws Exception {
        var intake = intake(AuditEventsTest::rules, new GateListener() {
            @Override
            public void alert(Alert alert) {
                throw new IllegalStateException("no");
            }

            @Override
            public void alert(RuleAlert alert) {
                if (alert.text().contains("user=jane")) {
                    throw new IllegalStateException("no");
                }
                heard.add(alert);
            }

            @Override
            public void notice(String text) {}
        });
        var done = new CountDownLatch(1);
        intake.offer(list(exec("a-1", "jane"), exec("a-2", "joe")).getBytes(), _ -> done.countDown());
        done.await();

        assertEquals(1, intake.counts().failed());
        assertEquals(1, heard.size());
    }

    @Test
    void where_no_events_are_asked_for_there_is_no_such_path() throws Exception {
        var server = AdmissionServer.start(options(), AuditEventsTest::rules, _ -> {});
        open.add(server);

        assertEquals(404, post(server, list(exec("a-1", "jane"))).statusCode());
        assertEquals(Optional.empty(), server.auditCounts());
    }

    // ---- events

    private static String list(String... events) {
        return "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{},\"items\":["
                + String.join(",", events) + "]}";
    }

    private static String event(String id, String stage, String verb, String rest) {
        return "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"RequestResponse\",\"auditID\":\""
                + id
                + "\",\"stage\":\"" + stage + "\",\"requestURI\":\"/api/v1/x\",\"verb\":\"" + verb + "\"," + rest
                + "\"stageTimestamp\":\"2026-11-21T10:00:00.000000Z\"}";
    }

    private static String exec(String id, String user) {
        return event(
                id,
                "ResponseStarted",
                "create",
                "\"user\":{\"username\":\"" + user + "\"},\"objectRef\":{\"resource\":\"pods\",\"namespace\":\"shop\","
                        + "\"name\":\"web\",\"subresource\":\"exec\"},");
    }

    private static String other(String id) {
        return event(id, "ResponseComplete", "get", "\"objectRef\":{\"resource\":\"secrets\"},");
    }

    private static String created(String id, String webhook) {
        return event(
                id,
                "ResponseComplete",
                "create",
                "\"user\":{\"username\":\"jane\"},\"objectRef\":{\"resource\":\"pods\",\"namespace\":\"shop\","
                        + "\"name\":\"web\"},\"responseStatus\":{\"metadata\":{},\"code\":201},"
                        + "\"requestObject\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\"},"
                        + "\"spec\":{\"containers\":[{\"name\":\"web\"}]}},\"annotations\":{"
                        + "\"failed-open.validating.webhook.admission.k8s.io/round_0_index_1\":\"" + webhook + "\"},");
    }

    // ---- server

    private static Snapshot rules() {
        return Rules.SNAPSHOT;
    }

    private static final class Rules {
        static final Snapshot SNAPSHOT = PolicyCompiler.compile(List.of(new SourceText("rules.yaml", RULES)))
                .snapshot()
                .orElseThrow();
    }

    private AdmissionServer start(Supplier<Snapshot> snapshots) throws Exception {
        var intake = intake(snapshots, listener());
        var server = AdmissionServer.start(options(), snapshots, Images.NONE, Optional.of(intake), heard::add);
        open.add(server);
        return server;
    }

    private AuditIntake intake(Supplier<Snapshot> snapshots, GateListener listener) {
        var intake = new AuditIntake(
                snapshots,
                Images.NONE,
                WebhookConfiguration.NAME,
                AlertStyle.standard(ZoneOffset.UTC, "here"),
                OutputAdditions.NONE,
                listener);
        open.add(intake);
        return intake;
    }

    private GateListener listener() {
        return new GateListener() {
            @Override
            public void alert(Alert alert) {
                heard.add(alert);
            }

            @Override
            public void alert(RuleAlert alert) {
                heard.add(alert);
            }

            @Override
            public void notice(String text) {
                heard.add(text);
            }
        };
    }

    private AdmissionOptions options() {
        return AdmissionOptions.of(
                "127.0.0.1",
                0,
                new AdmissionOptions.Certificate.SelfSigned(
                        directory.resolve("state"), List.of("localhost", "127.0.0.1")));
    }

    private static AuditCounts counts(AdmissionServer server) {
        return server.auditCounts().orElseThrow();
    }

    private static HttpResponse<String> post(AdmissionServer server, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/k8s-audit"))
                .POST(BodyPublishers.ofString(body))
                .build();
        return AdmissionServerTest.client(server).send(request, BodyHandlers.ofString());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
