// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.document.Node;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.PrivilegeSection;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What no schema can say about one policy.
final class CrossChecks {
    /// An optional DNS name and a slash, then at most 63 characters.
    private static final Pattern LABEL_KEY =
            Pattern.compile("([a-z0-9][-.a-z0-9]{0,252}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

    private final Draft.OfPolicy draft;
    private final List<Diagnostic> problems = new ArrayList<>();

    private CrossChecks(Draft.OfPolicy draft) {
        this.draft = draft;
    }

    static List<Diagnostic> check(Draft.OfPolicy draft) {
        var checks = new CrossChecks(draft);
        checks.labelKeysCanExist();
        checks.somethingIsAsked();
        draft.policy()
                .admission()
                .ifPresent(asked -> checks.problems.addAll(GateChecks.check(draft.document(), asked)));
        draft.policy()
                .runtime()
                .ifPresent(runtime -> checks.problems.addAll(RuntimeChecks.check(draft.document(), runtime)));
        return checks.problems;
    }

    private void labelKeysCanExist() {
        var labels = Place.of(draft.document(), "spec", "match", "podSelector", "matchLabels");
        if (labels.isEmpty() || !(labels.get().node() instanceof Node.Mapping mapping)) {
            return;
        }
        for (var entry : mapping.entries()) {
            if (!LABEL_KEY.matcher(entry.key()).matches()) {
                problems.add(Code.MALFORMED_VALUE.at(
                        entry.keySpan(),
                        "no pod can carry a label " + Kinds.quoted(entry.key()),
                        "write a key such as 'app' or 'example.com/app'"));
            }
        }
    }

    private void somethingIsAsked() {
        boolean asks =
                draft.policy().admission().filter(CrossChecks::asksAtTheGate).isPresent()
                        || draft.policy()
                                .runtime()
                                .filter(runtime -> !Planner.demands(runtime).isEmpty())
                                .isPresent();
        if (!asks) {
            problems.add(Code.NO_EFFECT.at(
                    Place.of(draft.document(), "spec").orElseThrow().name(),
                    "policy '" + draft.policy().name() + "' asks nothing: every demand in it is switched off"));
        }
    }

    private static boolean asksAtTheGate(AdmissionSection admission) {
        return admission.readOnlyRootFilesystem()
                || admission.writable().isPresent()
                || !admission.forbiddenMounts().isEmpty()
                || admission.denyRuntimeSockets()
                || !admission.privilege().map(PrivilegeSection::asksNothing).orElse(true)
                || admission.distroless().isPresent()
                || admission
                        .interactive()
                        .filter(AdmissionSection.Interactive::deniesAny)
                        .isPresent()
                || !admission
                        .volumes()
                        .map(AdmissionSection.Volumes::asksNothing)
                        .orElse(true)
                || !admission
                        .images()
                        .map(AdmissionSection.ImageNames::asksNothing)
                        .orElse(true)
                || !admission
                        .environment()
                        .map(AdmissionSection.Environment::asksNothing)
                        .orElse(true)
                || !admission.workloads().isEmpty()
                || !admission.deny().isEmpty();
    }
}
