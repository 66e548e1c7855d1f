// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/// Speaks the part of the Kubernetes API that the gate uses, over real HTTP: lists by pages,
/// watches, create, replace with a check of the version, server-side apply (as one owner of what it
/// sends), delete, and a status of its own.
///
/// The library's own stand-in knows neither pages nor server-side apply.
public final class ApiServerStandIn implements AutoCloseable {
    private static final KubernetesSerialization JSON = new KubernetesSerialization();

    private final HttpServer server;
    /// Not of the scheduler that what is tested shares.
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    /// Collections that are defined, such as `apis/gatehouse.io/v1alpha1/workloadpolicies`.
    private final TreeSet<String> served = new TreeSet<>();
    /// By path, `apis/apps/v1/namespaces/shop/deployments/web`. Guarded by this.
    private final TreeMap<String, Map<String, Object>> objects = new TreeMap<>();

    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    /// Every write, `PATCH path?query`.
    public final List<String> writes = new CopyOnWriteArrayList<>();

    public final List<String> lists = new CopyOnWriteArrayList<>();
    private long version = 1;
    public volatile boolean refusing;
    /// Whether watches are kept waiting for what happened.
    public volatile boolean late;

    /// Every change there was, for watches that begin after it. Guarded by this.
    private final List<Change> history = new ArrayList<>();

    private record Change(long version, String path, Map<String, Object> before, Map<String, Object> now) {}

    /// @param query with the selectors it gave
    private record Watcher(String collection, Map<String, String> query, BlockingQueue<String> news) {}

    public ApiServerStandIn(String... collections) throws IOException {
        served.addAll(Arrays.asList(collections));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public Config config() {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withWatchReconnectInterval(50)
                .withRequestRetryBackoffLimit(0)
                .build();
    }

    public ApiServer connect() {
        return ApiServer.connect(config());
    }

    /// A new object, or a new spec of one that is there.
    public void put(String yaml) {
        var object = mapping(JSON.unmarshal(yaml, Map.class));
        store(pathOf(object), object, "");
    }

    public void remove(String path) {
        synchronized (this) {
            var gone = objects.remove(path);
            tell(path, gone, null);
        }
    }

    public synchronized Map<String, Object> get(String path) {
        return objects.get(path);
    }

    /// What lies in a collection.
    public synchronized List<Map<String, Object>> all(String collection) {
        var all = new ArrayList<Map<String, Object>>();
        objects.forEach((path, object) -> {
            if (isIn(path, collection)) {
                all.add(object);
            }
        });
        return all;
    }

    private String pathOf(Map<String, Object> object) {
        var apiVersion = object.get("apiVersion").toString();
        var metadata = mapping(object.get("metadata"));
        var plural = served.stream()
                .filter(one -> one.startsWith((apiVersion.contains("/") ? "apis/" : "api/") + apiVersion + "/"))
                .filter(one ->
                        singular(one).equals(object.get("kind").toString().toLowerCase(java.util.Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not defined: " + object.get("kind")));
        int last = plural.lastIndexOf('/');
        var namespace = metadata.get("namespace");
        return plural.substring(0, last) + (namespace == null ? "" : "/namespaces/" + namespace)
                + plural.substring(last) + "/" + metadata.get("name");
    }

    private static String singular(String collection) {
        var plural = collection.substring(collection.lastIndexOf('/') + 1);
        return plural.endsWith("ies")
                ? plural.substring(0, plural.length() - 3) + "y"
                : plural.substring(0, plural.length() - 1);
    }

    private synchronized Map<String, Object> store(String path, Map<String, Object> object, String subresource) {
        var before = objects.get(path);
        var now = before == null ? new LinkedHashMap<String, Object>() : deepCopy(before);
        if (subresource.equals("status")) {
            now.put("status", object.get("status"));
        } else {
            var status = now.get("status");
            object.forEach((key, value) -> {
                if (!key.equals("metadata")) {
                    now.put(key, value);
                }
            });
            if (status != null) {
                now.put("status", status);
            }
        }
        var metadata = mapping(now.get("metadata"));
        mapping(object.get("metadata")).forEach((key, value) -> {
            if (key.equals("labels") || key.equals("annotations") || key.equals("ownerReferences")) {
                metadata.put(key, value);
            } else {
                metadata.putIfAbsent(key, value);
            }
        });
        now.put("metadata", metadata);
        if (before != null && Objects.equals(without(before), without(now))) {
            return before; // as the API server: what changes nothing is no new version
        }
        metadata.putIfAbsent("uid", "uid-" + path.hashCode());
        boolean other = before == null || !Objects.equals(before.get("spec"), now.get("spec"));
        int generation = metadata.get("generation") instanceof Number number ? number.intValue() : 0;
        metadata.put("generation", other ? generation + 1 : generation);
        metadata.put("resourceVersion", Long.toString(++version));
        now.put("metadata", metadata);
        objects.put(path, now);
        tell(path, before, now);
        return now;
    }

    private static Map<String, Object> without(Map<String, Object> object) {
        var copy = deepCopy(object);
        var metadata = mapping(copy.get("metadata"));
        metadata.keySet().removeAll(List.of("resourceVersion", "generation", "uid", "managedFields"));
        copy.put("metadata", metadata);
        return copy;
    }

    /// Who selected the object before hears that it went, where it is selected no longer.
    ///
    /// @param before null where it is new
    /// @param now null where it is gone
    private void tell(String path, Map<String, Object> before, Map<String, Object> now) {
        var change = new Change(now == null ? ++version : version, path, before, now);
        history.add(change);
        watchers.forEach(watcher -> tell(watcher, change));
    }

    private static void tell(Watcher watcher, Change change) {
        if (!isIn(change.path(), watcher.collection())) {
            return;
        }
        boolean was = change.before() != null && selects(watcher.query(), change.before());
        boolean is = change.now() != null && selects(watcher.query(), change.now());
        if (was || is) {
            var type = !is ? "DELETED" : was ? "MODIFIED" : "ADDED";
            var object = change.now() == null ? change.before() : change.now();
            watcher.news().add(JSON.asJson(Map.of("type", type, "object", object)));
        }
    }

    /// Field selectors of one field, label selectors of one label: a value, or that it is there.
    private static boolean selects(Map<String, String> query, Map<String, Object> object) {
        var field = query.getOrDefault("fieldSelector", "");
        if (!field.isEmpty()) {
            var pair = field.split("=", 2);
            Object value = object;
            for (var step : pair[0].split("\\.")) {
                value = mapping(value).get(step);
            }
            if (!pair[1].equals(value)) {
                return false;
            }
        }
        var label = query.getOrDefault("labelSelector", "");
        if (label.isEmpty()) {
            return true;
        }
        var labels = mapping(mapping(object.get("metadata")).get("labels"));
        var pair = label.split("=", 2);
        return pair.length == 1 ? labels.containsKey(label) : pair[1].equals(labels.get(pair[0]));
    }

    /// `apis/g/v/plural` holds `apis/g/v/namespaces/n/plural/name`; with a namespace only what lies
    /// in it.
    private static boolean isIn(String path, String collection) {
        var parent = path.substring(0, path.lastIndexOf('/'));
        return parent.equals(collection)
                || parent.replaceFirst("/namespaces/[^/]+", "").equals(collection);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath().substring(1);
            var query = query(exchange.getRequestURI().getRawQuery());
            if (refusing) {
                send(exchange, 503, "{\"kind\":\"Status\",\"message\":\"away\",\"code\":503}");
                return;
            }
            if (path.matches("apis/[^/]+")) {
                discover(exchange, path);
                return;
            }
            if (!served.contains(collection(path))) {
                send(exchange, 404, "{\"kind\":\"Status\",\"message\":\"no such resource " + path + "\",\"code\":404}");
                return;
            }
            switch (exchange.getRequestMethod()) {
                case "GET" -> read(exchange, path, query);
                default -> write(exchange, path, query);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// A group and the version of it that is preferred.
    private void discover(HttpExchange exchange, String path) throws IOException {
        var version = served.stream()
                .filter(one -> one.startsWith(path + "/"))
                .map(one -> one.split("/")[2])
                .findFirst();
        if (version.isEmpty()) {
            send(exchange, 404, "{\"kind\":\"Status\",\"message\":\"no such group\",\"code\":404}");
        } else {
            send(
                    exchange,
                    200,
                    JSON.asJson(Map.of(
                            "kind",
                            "APIGroup",
                            "apiVersion",
                            "v1",
                            "preferredVersion",
                            Map.of("version", version.get()))));
        }
    }

    /// The collection that a path is, or lies in, without its namespace.
    private String collection(String path) {
        var plain = path.replaceFirst("/namespaces/[^/]+/", "/");
        for (var known : served) {
            if (plain.equals(known) || plain.startsWith(known + "/")) {
                return known;
            }
        }
        return plain;
    }

    private boolean isCollection(String path) {
        return served.contains(path.replaceFirst("/namespaces/[^/]+/", "/"));
    }

    private void read(HttpExchange exchange, String path, Map<String, String> query)
            throws IOException, InterruptedException {
        if (!isCollection(path)) {
            var object = get(path);
            if (object == null) {
                send(exchange, 404, "{\"kind\":\"Status\",\"message\":\"not found\",\"code\":404}");
            } else {
                send(exchange, 200, JSON.asJson(object));
            }
        } else if ("true".equals(query.get("watch"))) {
            watch(exchange, path, query);
        } else {
            lists.add(path + "?" + query);
            send(exchange, 200, list(path, query));
        }
    }

    private synchronized String list(String path, Map<String, String> query) {
        var all = new ArrayList<Map<String, Object>>();
        objects.forEach((at, object) -> {
            if (isIn(at, path) && selects(query, object)) {
                all.add(object);
            }
        });
        int from = Integer.parseInt(query.getOrDefault("continue", "0"));
        int limit = Integer.parseInt(query.getOrDefault("limit", "100000"));
        int to = Math.min(all.size(), from + limit);
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("resourceVersion", Long.toString(version));
        if (to < all.size()) {
            metadata.put("continue", Integer.toString(to));
        }
        var whole = new LinkedHashMap<String, Object>();
        whole.put("apiVersion", path.startsWith("api/") ? "v1" : path.split("/")[1] + "/" + path.split("/")[2]);
        whole.put("kind", "List");
        whole.put("metadata", metadata);
        whole.put("items", all.subList(from, to));
        return JSON.asJson(whole);
    }

    private void watch(HttpExchange exchange, String path, Map<String, String> query)
            throws IOException, InterruptedException {
        if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
            exchange.sendResponseHeaders(200, -1); // none here: a plain watch
            return;
        }
        var watcher = new Watcher(path, query, new LinkedBlockingQueue<>());
        synchronized (this) {
            watchers.add(watcher);
            long since = Long.parseLong(query.getOrDefault("resourceVersion", "0"));
            history.stream().filter(change -> change.version() > since).forEach(change -> tell(watcher, change));
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        var out = exchange.getResponseBody();
        out.flush();
        try {
            while (true) {
                var news = watcher.news().take();
                while (late) {
                    Thread.sleep(10);
                }
                out.write((news + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } finally {
            watchers.remove(watcher);
        }
    }

    private void write(HttpExchange exchange, String path, Map<String, String> query) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        var method = exchange.getRequestMethod();
        writes.add(method + " " + path + (query.containsKey("fieldManager") ? " by " + query.get("fieldManager") : ""));
        var object = body.isBlank() ? Map.<String, Object>of() : mapping(JSON.unmarshal(body, Map.class));
        var subresource = path.endsWith("/status") ? "status" : "";
        var at = subresource.isEmpty() ? path : path.substring(0, path.length() - "/status".length());
        synchronized (this) {
            switch (method) {
                case "POST" -> {
                    var made = path + "/" + mapping(object.get("metadata")).get("name");
                    if (objects.containsKey(made)) {
                        send(exchange, 409, "{\"kind\":\"Status\",\"message\":\"exists\",\"code\":409}");
                    } else {
                        send(exchange, 201, JSON.asJson(store(made, object, "")));
                    }
                }
                case "PUT" -> {
                    var sent = mapping(object.get("metadata")).get("resourceVersion");
                    var there = objects.get(at);
                    if (there == null
                            || sent != null
                                    && !sent.equals(
                                            mapping(there.get("metadata")).get("resourceVersion"))) {
                        send(exchange, there == null ? 404 : 409, "{\"kind\":\"Status\",\"message\":\"conflict\"}");
                    } else {
                        send(exchange, 200, JSON.asJson(store(at, object, subresource)));
                    }
                }
                case "PATCH" -> {
                    var type = exchange.getRequestHeaders().getFirst("Content-Type");
                    if (type.startsWith("application/json-patch+json")
                            || type.startsWith("application/merge-patch")
                            || type.startsWith("application/strategic-merge-patch")) {
                        var there = objects.get(at);
                        var patched = there == null ? null : patched(there, body, type);
                        if (patched == null) {
                            send(exchange, there == null ? 404 : 409, "{\"kind\":\"Status\",\"message\":\"conflict\"}");
                        } else {
                            send(exchange, 200, JSON.asJson(store(at, patched, subresource)));
                        }
                    } else if (!type.startsWith("application/apply-patch+yaml")) {
                        send(exchange, 415, "{\"kind\":\"Status\",\"message\":\"" + type + "\"}");
                    } else if (!subresource.isEmpty() && !objects.containsKey(at)) {
                        send(exchange, 404, "{\"kind\":\"Status\",\"message\":\"not found\",\"code\":404}");
                    } else {
                        send(exchange, 200, JSON.asJson(store(at, object, subresource)));
                    }
                }
                case "DELETE" -> {
                    var gone = objects.remove(at);
                    if (gone != null) {
                        tell(at, gone, null);
                    }
                    send(exchange, gone == null ? 404 : 200, "{\"kind\":\"Status\",\"apiVersion\":\"v1\"}");
                }
                default -> send(exchange, 405, "{}");
            }
        }
    }

    /// Null where the patch was made from another version.
    private static Map<String, Object> patched(Map<String, Object> there, String body, String type) {
        var version = mapping(there.get("metadata")).get("resourceVersion");
        if (type.startsWith("application/json-patch")) {
            var patch = JSON.unmarshal(body, JsonNode.class);
            try {
                return mapping(
                        JSON.convertValue(JsonPatch.apply(patch, JSON.convertValue(there, JsonNode.class)), Map.class));
            } catch (RuntimeException _) {
                return null;
            }
        }
        var patch = mapping(JSON.unmarshal(body, Map.class));
        var of = mapping(patch.get("metadata")).get("resourceVersion");
        return of != null && !of.equals(version) ? null : merged(there, patch);
    }

    private static Map<String, Object> merged(Map<String, Object> there, Map<String, Object> patch) {
        var merged = mapping(there);
        patch.forEach((key, value) -> {
            if (value == null) {
                merged.remove(key);
            } else if (key.equals("webhooks")
                    && value instanceof List<?> patched) { // merged by name, in the strategic way
                merged.put(key, byName((List<?>) merged.getOrDefault(key, List.of()), patched));
            } else if (value instanceof Map<?, ?>) {
                merged.put(key, merged(mapping(merged.get(key)), mapping(value)));
            } else {
                merged.put(key, value);
            }
        });
        return merged;
    }

    private static List<Object> byName(List<?> there, List<?> patched) {
        var result = new ArrayList<Object>();
        for (var one : there) {
            var whole = mapping(one);
            for (var patch : patched) {
                if (Objects.equals(mapping(patch).get("name"), whole.get("name"))) {
                    whole = merged(whole, mapping(patch));
                }
            }
            result.add(whole);
        }
        return result;
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Map<String, String> query(String raw) {
        var query = new HashMap<String, String>();
        if (raw != null) {
            for (var part : raw.split("&")) {
                var pair = part.split("=", 2);
                query.put(pair[0], URLDecoder.decode(pair.length > 1 ? pair[1] : "", StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    public static Map<String, Object> mapping(Object value) {
        var copy = new LinkedHashMap<String, Object>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, inner) -> copy.put(key.toString(), inner));
        }
        return copy;
    }

    private static Map<String, Object> deepCopy(Map<String, Object> object) {
        return mapping(JSON.unmarshal(JSON.asJson(object), Map.class));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow(); // watches wait for news
    }
}
