// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.cli.config.ConfigKey.Fate;
import io.gatehouse.cli.config.ConfigKey.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Every key that Falco 0.44 knows, and what becomes of it here. The page `falco-config.md` is generated from it.
final class ConfigKeys {
    private static final Map<String, ConfigKey> ALL = new LinkedHashMap<>();

    private ConfigKeys() {}

    static {
        kept("rules_files", Kind.TEXTS);
        kept("rules_file", Kind.TEXTS, "the old name of rules_files, with a warning");
        kept("rules", Kind.LIST);
        kept("rule_matching", Kind.TEXT);
        kept("priority", Kind.TEXT);
        kept("config_files", Kind.LIST);
        kept("watch_config_files", Kind.SWITCH, "rules files are followed; the configuration is read again on SIGHUP");
        kept("json_output", Kind.SWITCH);
        kept("json_include_output_property", Kind.SWITCH);
        kept("json_include_message_property", Kind.SWITCH);
        kept("json_include_output_fields_property", Kind.SWITCH);
        kept("json_include_tags_property", Kind.SWITCH);
        kept("time_format_iso_8601", Kind.SWITCH);
        kept("buffer_format_base64", Kind.SWITCH);
        kept(
                "append_output",
                Kind.LIST,
                "suggested_output adds container and pod, for rules over system calls; so where nothing is given");
        kept("static_fields", Kind.MAP, "each stands in output_fields as static.KEY; %static.KEY is no field");
        kept("stdout_output.enabled", Kind.SWITCH, "on where it is not given and there is no file_output");
        kept("file_output.enabled", Kind.SWITCH);
        kept("file_output.filename", Kind.TEXT);
        kept("file_output.keep_alive", Kind.SWITCH, "always open, and opened anew when renamed or removed");
        kept("webserver.enabled", Kind.SWITCH, "not with ssl_enabled");
        kept("webserver.listen_address", Kind.TEXT, "127.0.0.1 where it is not given");
        kept("webserver.listen_port", Kind.INTEGER);
        kept("webserver.k8s_healthz_endpoint", Kind.TEXT);
        kept("webserver.prometheus_metrics_enabled", Kind.SWITCH);
        kept("metrics.enabled", Kind.SWITCH, "with webserver.prometheus_metrics_enabled: /metrics is served");
        kept("log_stderr", Kind.SWITCH);
        kept("log_level", Kind.TEXT, "warning leaves out what happens, error also what looks wrong");
        kept("syscall_event_drops.threshold", Kind.NUMBER);
        kept("syscall_event_drops.actions", Kind.TEXTS);
        kept("syscall_event_drops.rate", Kind.NUMBER);
        kept("syscall_event_drops.max_burst", Kind.NUMBER);
        kept("engine.kind", Kind.TEXT, "kmod and modern_ebpf are both our own programs; replay is 'gatehouse replay'");
        kept("engine.modern_ebpf.buf_size_preset", Kind.INTEGER, "the size of the one buffer, 1 to 512 MB");
        kept("engine.kmod.buf_size_preset", Kind.INTEGER, "as engine.modern_ebpf.buf_size_preset");

        var traced = "what is asked of the kernel follows from the rules in force";
        not("base_syscalls.custom_set", Kind.TEXTS, traced + ", and the state needs no system call of its own", "[]");
        not("base_syscalls.repair", Kind.SWITCH, traced + ", and the state needs no system call of its own", "false");
        not("base_syscalls.all", Kind.SWITCH, traced + "; a rule over any system call gets it", "false", "true");
        not("engine.modern_ebpf.cpus_for_each_buffer", Kind.INTEGER, "there is one buffer", "1", "2", "0");
        not("engine.modern_ebpf.drop_failed_exit", Kind.SWITCH, traced + "; failed calls too", "false");
        not("engine.modern_ebpf.disable_iterators", Kind.SWITCH, "none is used", "false", "true");
        not("engine.kmod.drop_failed_exit", Kind.SWITCH, traced + "; failed calls too", "false");
        not("engine.replay.capture_file", Kind.TEXT, "'gatehouse replay' reads captures", "");
        not("syscall_event_drops.simulate_drops", Kind.SWITCH, "losses are not made up", "false");
        not(
                "syscall_event_timeouts.max_consecutives",
                Kind.INTEGER,
                "that nothing happens is no fault where only what rules ask for is told",
                "1000");
        var output = "no such output yet; alerts go to standard output and to a file";
        not("syslog_output.enabled", Kind.SWITCH, output, "false");
        for (var key : List.of("enabled", "insecure", "mtls", "echo", "compress_uploads", "keep_alive")) {
            not("http_output." + key, Kind.SWITCH, output, "false");
        }
        for (var key : List.of("url", "user_agent", "ca_cert", "ca_bundle", "ca_path", "client_cert", "client_key")) {
            not("http_output." + key, Kind.TEXT, output, "");
        }
        not("http_output.max_consecutive_timeouts", Kind.INTEGER, output, "");
        not("program_output.enabled", Kind.SWITCH, output + ", which a pipe can take to a program", "false");
        not("program_output.keep_alive", Kind.SWITCH, output, "false");
        not("program_output.program", Kind.TEXT, output, "");
        not("outputs_queue.capacity", Kind.INTEGER, "each output has a queue of 4,096 alerts", "0");
        not("buffered_outputs", Kind.SWITCH, "each alert is written at once", "false");
        not("output_timeout", Kind.INTEGER, "an output that hangs makes nobody wait, so none is watched", "2000");
        not("log_syslog", Kind.SWITCH, "what the agent says goes to standard error", "false");
        var logger = "no such library is used";
        not("libs_logger.enabled", Kind.SWITCH, logger, "false", "true");
        not("libs_logger.severity", Kind.TEXT, logger, "");
        not("webserver.threadiness", Kind.INTEGER, "each request has a thread of its own", "0", "1");
        not(
                "webserver.ssl_enabled",
                Kind.SWITCH,
                "nothing is served with TLS, so with it nothing is served at all",
                "false");
        not("webserver.ssl_certificate", Kind.TEXT, "nothing is served with TLS", "/etc/falco/falco.pem", "");
        metrics();
        var plugin = "containers and pods are known without a plugin, audit events are judged at the gate, and others"
                + " have no place here yet";
        not("plugins", Kind.LIST, plugin);
        not("load_plugins", Kind.TEXTS, plugin, "[]", "container");
        not("plugins_hostinfo", Kind.SWITCH, "there are no plugins", "true", "false");
        not("capture.enabled", Kind.SWITCH, "what led to an alert is not recorded yet", "false");
        not("capture.path_prefix", Kind.TEXT, "what led to an alert is not recorded yet", "/tmp/falco");
        not("capture.mode", Kind.TEXT, "what led to an alert is not recorded yet", "rules");
        not("capture.default_duration", Kind.INTEGER, "what led to an alert is not recorded yet", "5000");
        not("capture.max_file_size_mb", Kind.INTEGER, "what led to an alert is not recorded yet", "0");
        var table = "the table of tasks has limits of its own, which 'gatehouse status' shows";
        not("falco_libs.thread_table_size", Kind.INTEGER, table, "262144");
        not("falco_libs.thread_table_auto_purging_interval_s", Kind.INTEGER, table, "300");
        not("falco_libs.thread_table_auto_purging_thread_timeout_s", Kind.INTEGER, table, "300");
        not("falco_libs.snaplen", Kind.INTEGER, "as much of a buffer is kept as the rules in force ask for", "80");
    }

    private static void metrics() {
        var scraped = "numbers are asked for, at /metrics or with 'gatehouse status', and not written by the hour";
        not("metrics.interval", Kind.TEXT, scraped, "1h");
        not("metrics.output_rule", Kind.SWITCH, scraped, "false");
        not("metrics.output_file", Kind.TEXT, scraped, "");
        for (var group : List.of(
                "rules_counters",
                "resource_utilization",
                "state_counters",
                "kernel_event_counters",
                "libbpf_stats",
                "plugins_metrics",
                "kernel_iter_event_counters")) {
            not("metrics." + group + "_enabled", Kind.SWITCH, "all that is known is shown", "true");
        }
        not("metrics.kernel_event_counters_per_cpu_enabled", Kind.SWITCH, "numbers are sums over processors", "false");
        not("metrics.jemalloc_stats_enabled", Kind.SWITCH, "no such allocator is used", "false");
        not("metrics.convert_memory_to_mb", Kind.SWITCH, "memory is shown in bytes", "true", "false");
        not("metrics.include_empty_values", Kind.SWITCH, "zeros are shown", "true", "false");
    }

    private static void kept(String path, Kind kind) {
        kept(path, kind, "");
    }

    private static void kept(String path, Kind kind, String how) {
        ALL.put(path, new ConfigKey(path, kind, new Fate.Kept(how)));
    }

    private static void not(String path, Kind kind, String why, String... harmless) {
        ALL.put(path, new ConfigKey(path, kind, new Fate.NotKept(why, Set.of(harmless))));
    }

    static List<ConfigKey> all() {
        return List.copyOf(ALL.values());
    }

    static Optional<ConfigKey> at(String path) {
        return Optional.ofNullable(ALL.get(path));
    }

    static boolean isGroup(String path) {
        return ALL.keySet().stream().anyMatch(key -> key.startsWith(path + "."));
    }

    /// The words that may stand in a group; at the top for the empty path.
    static List<String> words(String group) {
        var prefix = group.isEmpty() ? "" : group + ".";
        var words = new ArrayList<String>();
        for (var key : ALL.keySet()) {
            if (key.startsWith(prefix)) {
                var rest = key.substring(prefix.length());
                int dot = rest.indexOf('.');
                var word = dot < 0 ? rest : rest.substring(0, dot);
                if (!words.contains(word)) {
                    words.add(word);
                }
            }
        }
        return words;
    }
}
