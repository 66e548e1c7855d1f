// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.control.Breach;
import java.util.ArrayList;
import java.util.List;

/// How findings are told: the bullets of a denial, the warnings of an audit, the note of an event.
///
/// kubectl hides the message of an answer that has causes, so each cause names its policy. The API server
/// asks for warnings of at most 120 characters and cuts all of them once they exceed 4096 together. Every text ends
/// with the id of its finding, whatever had to be cut.
public final class Wording {
    /// More than fit on a screen are counted.
    static final int MAX_CAUSES = 10;
    static final int MAX_WARNINGS = 20;
    static final int MAX_WARNING_CHARS = 120;
    /// Images and paths are written by the author of the manifest, as long as he likes.
    static final int MAX_CAUSE_CHARS = 1024;
    private static final int MAX_MESSAGE_FINDINGS = 5;
    /// Events carry the message too, with words of their own around it, and hold 1024 characters.
    private static final int MAX_MESSAGE_CHARS = 800;
    private static final String SECTION = "admission.";

    private Wording() {}

    /// `container "web" may write to its root filesystem (is unset, wants true); set it to true (policy shop/nginx,
    /// admission.readOnlyRootFilesystem, f-0a1b2c3d)`
    public static String cause(Finding finding) {
        var breach = finding.breach();
        var values = breach.comparesValues() ? " (is " + breach.seen() + ", wants " + breach.wanted() + ")" : "";
        var id = finding.id().isEmpty() ? "" : ", " + finding.id();
        var by = " (policy " + finding.policy() + ", " + breach.rule() + id + ")";
        return cut(breach.fact() + values + "; " + breach.remedy(), MAX_CAUSE_CHARS - by.length()) + by;
    }

    /// The same in one line, for what shows no causes.
    static String message(List<Finding> refusing) {
        var parts = new ArrayList<String>();
        for (var finding : refusing.subList(0, Math.min(MAX_MESSAGE_FINDINGS, refusing.size()))) {
            parts.add(finding.breach().field() + ": " + cause(finding));
        }
        if (refusing.size() > MAX_MESSAGE_FINDINGS) {
            parts.add(more(refusing.size() - MAX_MESSAGE_FINDINGS));
        }
        return cut(String.join("; ", parts), MAX_MESSAGE_CHARS);
    }

    /// Why there is no answer yet.
    static String wait(Decision.Wait wait) {
        var waiting = wait.findings().stream().filter(Finding::waits).toList();
        return cut("gatehouse: not decided yet; " + message(waiting), MAX_MESSAGE_CHARS);
    }

    /// When all that is waited for is worth asking for again.
    static int retryAfterSeconds(Decision.Wait wait) {
        int most = 1;
        for (var finding : wait.findings()) {
            if (finding.breach().weight() instanceof Breach.Weight.Wait(var seconds)) {
                most = Math.max(most, seconds);
            }
        }
        return most;
    }

    /// @param findings those that do not refuse
    static List<String> warnings(List<Finding> findings) {
        var warnings = new ArrayList<String>();
        boolean fits = findings.size() <= MAX_WARNINGS;
        for (var finding : findings.subList(0, fits ? findings.size() : MAX_WARNINGS - 1)) {
            warnings.add(warning(finding));
        }
        if (!fits) {
            warnings.add(more(findings.size() - warnings.size()) + ": gatehouse check lists them all");
        }
        return warnings;
    }

    /// `shop/nginx readOnlyRootFilesystem: container "web" may write to its root filesystem (refused from 2026-12-01;
    /// f-0a1b2c3d)`: what had to be cut is the fact, never the day and the id.
    private static String warning(Finding finding) {
        var rule = finding.breach().rule();
        var control = rule.startsWith(SECTION) ? rule.substring(SECTION.length()) : rule;
        var told = finding.policy() + " " + control + ": " + finding.breach().fact();
        var tail = tail(finding);
        return cut(told, MAX_WARNING_CHARS - tail.length()) + tail;
    }

    private static String tail(Finding finding) {
        var parts = new ArrayList<String>();
        if (finding.since() == Finding.Since.BEFORE) {
            parts.add("already so");
        }
        finding.enforcedFrom().ifPresent(day -> parts.add("refused from " + day));
        if (!finding.id().isEmpty()) {
            parts.add(finding.id());
        }
        return parts.isEmpty() ? "" : " (" + String.join("; ", parts) + ")";
    }

    static String more(int count) {
        return "and " + count + " more";
    }

    /// At most so many characters, the last of them saying that there were more.
    public static String cut(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        int end = chars - 1;
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + "…";
    }
}
