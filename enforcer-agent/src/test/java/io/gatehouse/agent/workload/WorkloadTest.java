// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.fixture.AttackProgram;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.ImageFile;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Interpreters;
import io.gatehouse.schemas.policy.RuntimeSection.Memory;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Reads;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Servers that people run, from Debian's packages, under policies as tight as they go: from their first instruction on
/// every request is answered and nobody is alarmed, and what an intruder would have them do is refused.
@Tag("kernel")
@Tag("slow")
class WorkloadTest {
    private static final int REQUESTS = 300;

    @TempDir
    Path tmp;

    private RunningAgent agent;
    private RuncContainer container;

    @BeforeEach
    void usable() {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
    }

    @AfterEach
    void stop() throws IOException {
        if (agent != null) {
            agent.close();
        }
        if (container != null) {
            container.close();
        }
    }

    // ---- nginx

    @Test
    void nginx_serves_undisturbed_and_can_be_made_to_write_and_run_nothing() throws IOException {
        var packages = DebianPackages.unpacked(
                "nginx", "nginx-common", "libc6", "libpcre2-8-0", "libssl3", "zlib1g", "libcrypt1");
        var server = "/usr/sbin/nginx";
        start(
                packages,
                policy(List.of(server), List.of()),
                List.of(
                        ImageFile.text("/etc/nginx/test.conf", NGINX),
                        ImageFile.text("/etc/group", "root:x:0:\n"),
                        ImageFile.text("/srv/index.html", "of the image\n"),
                        ImageFile.text("/srv/upload/kept", "")),
                server,
                "-e",
                "/tmp/error.log",
                "-c",
                "/etc/nginx/test.conf");

        serves("GET / HTTP/1.0\r\n\r\n");

        // What a hole in the server, or in what it serves, would be used for.
        var upload = ask("PUT /upload/shell.php HTTP/1.0\r\nContent-Length: 4\r\n\r\nevil");
        assertTrue(upload.isEmpty() || !upload.startsWith("HTTP/1.1 2"), upload);
        assertFalse(holds(container.upper().resolve("srv/upload/shell.php"), "evil"));
        told("writes.rootFilesystem", "shell.php", "/srv/upload");
        refusesADroppedProgram();
        serves("GET / HTTP/1.0\r\n\r\n"); // and goes on
    }

    /// Two workers, so that the server lives on where a worker is killed.
    private static final String NGINX = """
            daemon off;
            user root root;
            worker_processes 2;
            pid /tmp/nginx.pid;
            error_log /tmp/error.log;
            events { worker_connections 64; }
            http {
                access_log /tmp/access.log;
                client_body_temp_path /tmp/body;
                proxy_temp_path /tmp/proxy;
                fastcgi_temp_path /tmp/fastcgi;
                uwsgi_temp_path /tmp/uwsgi;
                scgi_temp_path /tmp/scgi;
                server {
                    listen unix:/data/http.sock;
                    listen 127.0.0.1:8080;
                    root /srv;
                    location /upload { dav_methods PUT; }
                }
            }
            """;

    // ---- Java

    @Test
    void a_java_server_compiles_its_code_and_serves_and_can_be_made_to_write_and_run_nothing() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        assumeTrue(compiler != null, "this Java has no compiler");
        var packages = DebianPackages.unpacked("openjdk-17-jre-headless", "libc6", "zlib1g", "libstdc++6", "libgcc-s1");
        var java = "/usr/lib/jvm/java-17-openjdk-amd64/bin/java";
        assumeTrue(Files.exists(packages.resolve(java.substring(1))), "packages of another machine");
        var source = Files.writeString(tmp.resolve("Server.java"), SERVER);
        assertEquals(
                0, compiler.run(null, null, System.err, "--release", "17", "-d", tmp.toString(), source.toString()));
        start(
                packages,
                policy(List.of(java, "/usr/lib/jvm/java-17-openjdk-amd64/lib/jspawnhelper"), List.of(java)),
                List.of(new ImageFile(
                        "/srv/Server.class",
                        Files.readAllBytes(tmp.resolve("Server.class")),
                        PosixFilePermissions.fromString("rw-r--r--"))),
                java,
                "-Xmx64m",
                "-cp",
                "/srv",
                "Server");

        serves("GET / HTTP/1.0\r\n\r\n");

        assertTrue(ask("WRITE / HTTP/1.0\r\n\r\n").contains(stoppedHere() ? "not permitted" : ""));
        assertFalse(holds(container.upper().resolve("srv/evil"), "evil"));
        told("writes.rootFilesystem", "/srv/evil");
        if (agent.backend() == Backend.LSM) { // else it was killed for what it wrote
            refusesADroppedProgram();
            var run = ask("RUN / HTTP/1.0\r\n\r\n");
            assertTrue(run.contains("not permitted") || run.contains("denied") || run.contains("error="), run);
            serves("GET / HTTP/1.0\r\n\r\n");
        }
    }

    private static final String SERVER = """
            import java.io.*;
            import java.net.*;
            import java.nio.channels.*;
            import java.nio.charset.StandardCharsets;
            import java.nio.file.*;

            public class Server {
                public static void main(String[] args) throws Exception {
                    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                    server.bind(UnixDomainSocketAddress.of("/data/http.sock"));
                    while (true) {
                        var client = server.accept();
                        new Thread(() -> serve(client)).start();
                    }
                }

                static void serve(SocketChannel client) {
                    try (client) {
                        var in = new BufferedReader(new InputStreamReader(Channels.newInputStream(client)));
                        var request = in.readLine();
                        for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {}
                        var body = "of the image\\n";
                        try {
                            if (request.startsWith("WRITE")) Files.writeString(Path.of("/srv/evil"), "evil");
                            if (request.startsWith("RUN")) new ProcessBuilder("/data/dropped").start().waitFor();
                        } catch (IOException e) {
                            body = e.toString();
                        }
                        client.write(StandardCharsets.UTF_8.encode("HTTP/1.1 200 OK\\r\\n\\r\\n" + body));
                    } catch (Exception e) {
                        e.printStackTrace();
                    }
                }
            }
            """;

    // ---- what they share

    private void start(Path packages, WorkloadPolicy policy, List<ImageFile> files, String... program)
            throws IOException {
        agent = RunningAgent.start(policy);
        container = RuncContainer.create(
                tmp,
                RuncContainer.Options.defaults()
                        .withLayers(packages)
                        .withFiles(files.toArray(ImageFile[]::new))
                        .withArgs(program));
        container.start();
        for (int look = 0; !listens(); look++) {
            assertTrue(look < 300, () -> "it does not serve: " + container.id() + output());
            container.status(); // takes its time
        }
    }

    /// The socket is there a moment before it listens.
    private boolean listens() {
        try (var server = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return server.connect(UnixDomainSocketAddress.of(container.data().resolve("http.sock")));
        } catch (IOException _) {
            return false;
        }
    }

    private String output() {
        try {
            return container.stdout() + container.stderr();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void serves(String request) throws IOException {
        for (int count = 0; count < REQUESTS; count++) {
            var answer = ask(request);
            assertTrue(answer.startsWith("HTTP/1.1 200") && answer.endsWith("of the image\n"), answer);
        }
        if (firstTime()) {
            assertTrue(agent.sawNothing(this::isAct), "somebody was alarmed");
        }
    }

    private boolean servedBefore;

    private boolean firstTime() {
        var first = !servedBefore;
        servedBefore = true;
        return first;
    }

    /// Not what a policy asks and this kernel cannot give, which is told when a policy comes.
    private boolean isAct(Alert alert) {
        return alert.process().isPresent()
                && alert.container().filter(c -> c.id().equals(container.id())).isPresent();
    }

    /// One request; empty where the connection just ended.
    private String ask(String request) throws IOException {
        try (var server = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.connect(UnixDomainSocketAddress.of(container.data().resolve("http.sock")));
            server.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(server).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            if (e.getMessage() != null && e.getMessage().contains("reset")) {
                return "";
            }
            throw e;
        }
    }

    private void refusesADroppedProgram() throws IOException {
        var dropped = Files.write(container.data().resolve("dropped"), AttackProgram.bytes());
        Files.setAttribute(dropped, "unix:mode", 0100755);
        assertNotEquals(42, container.exec("/data/dropped", "ran").exit());
        told("processes.fromImageOnly", "/data/dropped");
    }

    private void told(String rule, String... words) {
        agent.alert(rule, a -> a.rule().equals(rule) && List.of(words).stream().anyMatch(a.message()::contains));
    }

    private boolean stoppedHere() {
        return agent.backend() == Backend.LSM;
    }

    private static boolean holds(Path file, String text) throws IOException {
        return Files.exists(file) && Files.readString(file).contains(text);
    }

    /// Everything that a policy can forbid, but for what this server does.
    private static WorkloadPolicy policy(List<String> programs, List<String> jit) {
        var bans = new EnumMap<Ban, Action>(Ban.class);
        for (var ban : Ban.values()) {
            bans.put(ban, Action.DENY);
        }
        return new WorkloadPolicy(
                PolicyName.cluster("server"),
                Mode.ENFORCE,
                new Match(
                        List.of(),
                        Map.of(),
                        List.of(),
                        List.of("gh-test-" + ProcessHandle.current().pid() + "-*")),
                List.of(),
                Optional.empty(),
                Optional.of(new RuntimeSection(
                        Optional.of(new Processes(
                                programs,
                                List.of(),
                                true,
                                true,
                                true,
                                Optional.of(new Interpreters(true, List.of())),
                                Action.DENY)),
                        Optional.of(new Memory(true, jit, Action.DENY)),
                        Optional.of(new Writes(true, true, List.of(), List.of(), Action.DENY)),
                        Optional.of(new Reads(List.of("/root/"), Action.DENY)),
                        Optional.of(new Network(
                                Optional.of(List.of()),
                                List.of(),
                                Optional.of(List.of(new Endpoint("", 0, 8080, 8080))),
                                Optional.of(List.of(new Endpoint("", 0, 8080, 8080))),
                                Action.DENY)),
                        bans)));
    }
}
