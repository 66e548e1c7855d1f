// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.gatehouse.admission.kubernetes.Scan.Found;
import io.gatehouse.schemas.policy.Mode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a scan found in one namespace, as a report. Equal findings give equal reports: the order is fixed and no time
/// is told, so that a report is written only when what it says changed.
///
/// The two kinds of reports hold the same but for their own names.
final class ReportText {
    static final int MAX_RESULTS = 500;
    private static final int MAX_MESSAGE_CHARS = 512;

    private static final Comparator<Found> ORDER = Comparator.comparing(
                    (Found f) -> f.subject().kind())
            .thenComparing(f -> f.subject().name())
            .thenComparing(Found::uid)
            .thenComparing(f -> f.finding().breach().field())
            .thenComparing(f -> f.finding().policy().toString())
            .thenComparing(f -> f.finding().breach().rule());

    private ReportText() {}

    /// The fields besides apiVersion, kind and metadata.
    ///
    /// @param told whether the report names its source once for all, as OpenReports does
    static Map<String, Object> of(List<Found> found, boolean told) {
        var sorted = found.stream().sorted(ORDER).toList();
        int fail = (int) sorted.stream().filter(ReportText::enforced).count();
        var text = new LinkedHashMap<String, Object>();
        if (told) {
            text.put("source", "gatehouse");
        }
        text.put("summary", summary(fail, sorted.size() - fail));
        var results = new ArrayList<Object>();
        sorted.stream().limit(MAX_RESULTS).map(ReportText::result).forEach(results::add);
        text.put("results", results);
        return text;
    }

    /// How many findings a report counts and does not list.
    static int unlisted(List<Found> found) {
        return Math.max(0, found.size() - MAX_RESULTS);
    }

    private static Map<String, Object> summary(int fail, int warn) {
        var summary = new LinkedHashMap<String, Object>();
        summary.put("pass", 0);
        summary.put("fail", fail);
        summary.put("warn", warn);
        summary.put("error", 0);
        summary.put("skip", 0);
        return summary;
    }

    private static boolean enforced(Found found) {
        return found.finding().mode() == Mode.ENFORCE;
    }

    private static Map<String, Object> result(Found found) {
        var breach = found.finding().breach();
        var result = new LinkedHashMap<String, Object>();
        result.put("source", "gatehouse");
        result.put("policy", found.finding().policy().toString());
        result.put("rule", breach.rule());
        result.put("category", "immutability");
        result.put("result", enforced(found) ? "fail" : "warn");
        result.put("scored", enforced(found));
        result.put("resources", List.of(resource(found)));
        result.put("message", cut(breach.fact() + "; " + breach.remedy()));
        var properties = new LinkedHashMap<String, Object>();
        properties.put("id", found.finding().id());
        properties.put("field", breach.field());
        properties.put("seen", breach.seen());
        properties.put("wanted", breach.wanted());
        properties.put("mode", found.finding().mode().text());
        result.put("properties", properties);
        return result;
    }

    private static Map<String, Object> resource(Found found) {
        var resource = new LinkedHashMap<String, Object>();
        resource.put("apiVersion", found.apiVersion());
        resource.put("kind", found.subject().kind());
        found.subject().namespace().ifPresent(namespace -> resource.put("namespace", namespace));
        resource.put("name", found.subject().name());
        resource.put("uid", found.uid());
        return resource;
    }

    private static String cut(String text) {
        return text.length() <= MAX_MESSAGE_CHARS ? text : text.substring(0, MAX_MESSAGE_CHARS - 1) + "…";
    }
}
