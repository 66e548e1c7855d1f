// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.pod;

import io.gatehouse.admission.pod.PodFields.Judged;
import java.util.stream.Collectors;

/// Makes `docs/reference/pod-fields.md` from the table of fields.
final class PodFieldsPage {
    private PodFieldsPage() {}

    static String page() {
        var out = new StringBuilder("""
                <!-- SPDX-License-Identifier: Apache-2.0 -->
                <!-- Generated from the table of pod fields, and a test compares. Change that file, not this one. -->
                # Every field of a pod, and who judges it

                The gate judges the object as it was sent, so a field that is newer than this table is seen by `deny`
                conditions and by a list of kinds of volumes; `gatehouse check` warns of it. Controls are named as in the
                [policy](policy.md), below `admission`.
                """);
        PodFields.table().forEach((type, fields) -> {
            out.append("\n## ")
                    .append(type)
                    .append("\n\n| field | judged by, or why it has no effect |\n| --- | --- |\n");
            fields.forEach((field, judged) -> out.append("| `")
                    .append(field)
                    .append("` | ")
                    .append(words(judged))
                    .append(" |\n"));
        });
        return out.toString();
    }

    private static String words(Judged judged) {
        return switch (judged) {
            case Judged.Below(var type) -> "[" + type + "](#" + type.toLowerCase(java.util.Locale.ROOT) + ")";
            case Judged.By(var controls) ->
                controls.stream().map(control -> "`" + control + "`").collect(Collectors.joining(", "));
            case Judged.NoEffect(var why) -> "no effect: " + why;
            case Judged.NoneInIt(var why) -> "no effect, nor anything in it: " + why;
        };
    }
}
