// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.learn;

import static io.gatehouse.engine.act.ActJudge.BIND;
import static io.gatehouse.engine.act.ActJudge.CONNECT;
import static io.gatehouse.engine.act.ActJudge.LISTEN;
import static io.gatehouse.engine.act.ActJudge.MEMORY;
import static io.gatehouse.engine.act.ActJudge.PROCESS_ALLOW;
import static io.gatehouse.engine.act.ActJudge.WRITE_ROOT;

import io.gatehouse.engine.act.Peers;
import io.gatehouse.engine.learn.Learned.Entry;
import io.gatehouse.engine.learn.Learned.LeftOut;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.PolicySchema;
import io.gatehouse.schemas.policy.RuntimeSection.Ban;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.RuntimeSection.Processes;
import io.gatehouse.schemas.policy.RuntimeSection.Writes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// Writes what was learned as a policy, with the evidence beside each entry. The same recording gives the same text.
///
/// Whatever a container chose (names of files, of programs) is quoted where it is a value and cut to what is plainly
/// visible where it is a comment: it can end no line and begin no other key.
public final class PolicyText {
    /// Whether the text tells why each entry is there.
    public enum Comments {
        EVIDENCE,
        /// Only entries: two recordings of the same acts give the same text.
        NONE
    }

    private static final int MAX_COMMENT = 300;

    /// What a kernel without security hooks does not tell is a page of its own.
    private static final int MAX_GAPS = 3;

    private final Learned learned;
    private final Comments comments;
    private final StringBuilder text = new StringBuilder(4096);

    private PolicyText(Learned learned, Comments comments) {
        this.learned = learned;
        this.comments = comments;
    }

    /// @param name of the policy; of the kind that its namespace asks for
    public static String write(Learned learned, String name, Comments comments) {
        return new PolicyText(learned, comments).policy(name);
    }

    private String policy(String name) {
        head();
        line(0, "apiVersion: " + PolicySchema.API_VERSION);
        line(
                0,
                "kind: "
                        + (learned.namespace().isPresent() ? PolicySchema.NAMESPACED_KIND : PolicySchema.CLUSTER_KIND));
        line(0, "metadata:");
        line(2, "name: " + name);
        learned.namespace().ifPresent(namespace -> line(2, "namespace: " + namespace));
        line(0, "spec:");
        if (comments == Comments.EVIDENCE) {
            comment(2, "'audit' tells and stops nothing. Try the policy on what was recorded, and on other days:");
            comment(2, "gatehouse preview -f POLICY -e RECORDING; when it says nothing any more, write 'enforce'.");
        }
        line(2, "mode: audit");
        match();
        runtime();
        volumes();
        return text.toString();
    }

    private void head() {
        if (comments == Comments.NONE) {
            return;
        }
        var acts = learned.from().acts();
        long count = acts.stream().mapToLong(act -> act.count()).sum();
        int containers = learned.from().containers().size();
        comment(
                0,
                "Learned from " + count + (count == 1 ? " act" : " acts") + " of " + containers
                        + (containers == 1 ? " container" : " containers") + span() + ".");
        if (learned.from().lost() > 0) {
            comment(0, learned.from().lost() + " acts were lost, so entries may be missing: learn again.");
        }
        learned.notSeen().stream()
                .limit(MAX_GAPS)
                .forEach(gap -> comment(0, "Not told where it was recorded: " + gap + "."));
        if (learned.notSeen().size() > MAX_GAPS) {
            comment(
                    0,
                    "Nor " + (learned.notSeen().size() - MAX_GAPS)
                            + " more kinds of acts: 'gatehouse doctor' tells them.");
        }
        var notTold = learned.leftOut().stream()
                .filter(rule -> rule.why().equals(Learning.NOT_TOLD))
                .map(LeftOut::rule)
                .toList();
        if (!notTold.isEmpty()) {
            comment(0, "Not asked, because " + Learning.NOT_TOLD + ": " + String.join(", ", notTold) + ".");
        }
    }

    private String span() {
        var first = learned.from().acts().stream().map(act -> act.first()).min(Instant::compareTo);
        var last = learned.from().acts().stream().map(act -> act.last()).max(Instant::compareTo);
        return first.isEmpty() ? "" : ", " + seconds(first.get()) + " to " + seconds(last.get());
    }

    private void match() {
        var match = learned.match();
        if (match.images().isEmpty() && match.containers().isEmpty()) {
            return;
        }
        line(2, "match:");
        list(4, "images", match.images());
        list(4, "containers", match.containers());
    }

    private void list(int indent, String key, List<String> values) {
        if (!values.isEmpty()) {
            line(indent, key + ":");
            values.forEach(value -> line(indent + 2, "- " + quoted(value)));
        }
    }

    // ---- the runtime section

    private void runtime() {
        line(2, "runtime:");
        processes(learned.section().processes());
        leftOut("processes.");
        learned.section().memory().ifPresent(memory -> {
            line(4, "memory:");
            line(6, "executable: deny");
            entries(6, "jit", MEMORY, memory.jit());
            line(6, "action: deny");
        });
        leftOut("memory.");
        writes(learned.section().writes());
        leftOut("writes.");
        learned.section().reads().ifPresent(reads -> {
            line(4, "reads:");
            list(6, "forbid", reads.forbid());
            line(6, "action: deny");
        });
        leftOut("reads.");
        network(learned.section().network());
        leftOut("network.");
        for (var ban : Ban.values()) {
            var action = learned.section().bans().get(ban);
            if (action != null) {
                line(4, ban.field() + ": " + action.text());
            }
            leftOut(ban.field());
        }
    }

    private void processes(Optional<Processes> section) {
        if (section.isEmpty()) {
            return;
        }
        var processes = section.get();
        line(4, "processes:");
        entries(6, "allow", PROCESS_ALLOW, processes.allow());
        if (processes.fromImageOnly()) {
            line(6, "fromImageOnly: true");
        }
        if (processes.denyShells()) {
            line(6, "shells: deny");
        }
        if (processes.denyPackageManagers()) {
            line(6, "packageManagers: deny");
        }
        if (processes.interpreters().isPresent()) {
            line(6, "interpreters:");
            line(8, "fromImageOnly: true");
        }
        line(6, "action: deny");
    }

    private void writes(Optional<Writes> section) {
        if (section.isEmpty()) {
            return;
        }
        line(4, "writes:");
        if (section.get().denyRootFilesystem()) {
            line(6, "rootFilesystem: deny");
        }
        if (section.get().declaredVolumesOnly()) {
            line(6, "volumes: declared");
        }
        entries(6, "allow", WRITE_ROOT, section.get().allow());
        line(6, "action: deny");
    }

    private void network(Optional<Network> section) {
        if (section.isEmpty()) {
            return;
        }
        line(4, "network:");
        section.get().connect().ifPresent(list -> endpoints("connect", CONNECT, list));
        section.get().bind().ifPresent(list -> endpoints("bind", BIND, list));
        section.get().listen().ifPresent(list -> endpoints("listen", LISTEN, list));
        line(6, "action: deny");
    }

    private void endpoints(String key, String rule, List<Endpoint> endpoints) {
        line(6, key + ":");
        if (endpoints.isEmpty()) {
            line(8, "allow: []");
        } else {
            entries(8, "allow", rule, endpoints.stream().map(Peers::text).toList());
        }
    }

    private void entries(int indent, String key, String rule, List<String> entries) {
        if (entries.isEmpty()) {
            return;
        }
        line(indent, key + ":");
        for (var entry : entries) {
            line(indent + 2, item(rule, entry));
        }
    }

    private String item(String rule, String entry) {
        var evidence = learned.evidence().get(new Entry(rule, entry));
        return evidence == null || comments == Comments.NONE
                ? "- " + quoted(entry)
                : "- " + quoted(entry) + "  # " + visible(words(evidence));
    }

    /// An entry with its evidence, as [Merging] adds it to a policy that is there.
    static String item(Learned learned, String rule, String entry) {
        return new PolicyText(learned, Comments.EVIDENCE).item(rule, entry);
    }

    private void leftOut(String prefix) {
        if (comments == Comments.NONE) {
            return;
        }
        for (var rule : learned.leftOut()) {
            if (rule.rule().startsWith(prefix) && !rule.why().equals(Learning.NOT_TOLD)) {
                comment(4, words(rule));
            }
        }
    }

    static String words(LeftOut rule) {
        return "not asked: " + rule.rule() + ": " + rule.why()
                + rule.evidence()
                        .map(evidence -> ": " + evidence.example() + "; " + words(evidence.with("")))
                        .orElse("");
    }

    private static String words(Evidence evidence) {
        var by = evidence.by().isEmpty()
                ? ""
                : ", by " + String.join(", ", evidence.by())
                        + (evidence.more() == 0 ? "" : " and " + evidence.more() + " more");
        return (evidence.count() == 1 ? "once, " : evidence.count() + " times since ")
                + seconds(evidence.first())
                + by
                + (evidence.example().isEmpty() ? "" : "; " + evidence.example());
    }

    // ---- volumes

    private void volumes() {
        if (learned.volumes().isEmpty() || comments == Comments.NONE) {
            return;
        }
        comment(0, "");
        comment(
                0,
                "What is written below is better a volume than an exception: it is then emptied with the pod, and the");
        comment(0, "root file system can be read-only. In the pod, and then without the lines of writes.allow:");
        comment(0, "  containers:");
        comment(0, "    - volumeMounts:");
        for (var path : learned.volumes()) {
            comment(0, "        - {name: " + volumeName(path) + ", mountPath: " + quoted(unslashed(path)) + "}");
        }
        comment(0, "  volumes:");
        for (var path : learned.volumes()) {
            comment(0, "    - {name: " + volumeName(path) + ", emptyDir: {}}");
        }
    }

    private static String unslashed(String path) {
        return path.substring(0, path.length() - 1);
    }

    /// As Kubernetes takes it: 63 characters of `a-z0-9-`.
    private static String volumeName(String path) {
        var name = path.toLowerCase(java.util.Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        name = name.length() > 63 ? name.substring(name.length() - 63).replaceAll("^-+", "") : name;
        return name.isEmpty() ? "data" : name;
    }

    // ---- text

    private void line(int indent, String line) {
        text.repeat(' ', indent).append(line).append('\n');
    }

    private void comment(int indent, String words) {
        line(indent, ("# " + visible(words)).strip());
    }

    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// On one line, and no longer than a line should be.
    private static String visible(String words) {
        var out = new StringBuilder();
        words.codePoints()
                .limit(MAX_COMMENT)
                .forEach(c ->
                        out.appendCodePoint(c == ' ' || Character.isLetterOrDigit(c) || c > ' ' && c < 0x7f ? c : '?'));
        return words.codePointCount(0, words.length()) > MAX_COMMENT
                ? out.append("...").toString()
                : out.toString();
    }

    /// A YAML scalar that is read back as this text and nothing else.
    static String quoted(String value) {
        if (value.matches("/[A-Za-z0-9/._+@-]*")) {
            return value;
        }
        var out = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                out.append(c);
            } else {
                out.append("\\u%04x".formatted((int) c));
            }
        }
        return out.append('"').toString();
    }
}
