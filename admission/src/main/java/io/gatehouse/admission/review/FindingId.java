// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import io.gatehouse.admission.pod.Container;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.regex.Pattern;

/// One short name for a finding wherever it is told: the denial, a warning, the audit log, an event, a
/// report, the command line.
///
/// Taken from the policy, the control, the object, the container and the value seen, and from no place in
/// a list, so that another order of containers or another file gives the same. Pods that a controller
/// makes go by their `generateName`: all pods of one workload share the ids of what is wrong with all of
/// them.
final class FindingId {
    private static final Pattern INDEX = Pattern.compile("\\[[0-9]+]");
    private static final int HEX_DIGITS = 8;

    private FindingId() {}

    /// The findings with their ids. Two that are the same in all of that are numbered.
    static Findings name(Findings findings, Subject subject) {
        var seen = new HashMap<String, Integer>();
        Function<Finding, Finding> name = finding -> finding.named(id(finding, subject, seen));
        var told = new ArrayList<Finding>(findings.told().size());
        findings.told().forEach(finding -> told.add(name.apply(finding)));
        var exempted = findings.exempted().stream()
                .map(one -> new Exempted(name.apply(one.finding()), one.by()))
                .toList();
        return new Findings(told, exempted);
    }

    private static String id(Finding finding, Subject subject, HashMap<String, Integer> seen) {
        var breach = finding.breach();
        var of = String.join(
                "\0",
                finding.policy().toString(),
                breach.rule(),
                subject.group(),
                subject.kind(),
                subject.namespace().orElse(""),
                subject.lastingName(),
                breach.container().map(Container::words).orElse(""),
                INDEX.matcher(breach.field()).replaceAll(""),
                breach.seen());
        int number = seen.merge(of, 1, Integer::sum);
        var hash = HexFormat.of()
                .formatHex(sha256().digest((number == 1 ? of : of + "\0" + number).getBytes(StandardCharsets.UTF_8)));
        return "f-" + hash.substring(0, HEX_DIGITS);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
