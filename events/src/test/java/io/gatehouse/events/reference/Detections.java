// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.reference;

import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.engine.rule.RulesCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Rules files, compiled, and what they find in a capture.
final class Detections {
    /// What the reference could not measure, since it crashed on it.
    static final String NOT_MEASURED = "Launch Sensitive Mount Container";

    private final MatchPlan<Scene> plan;

    private Detections(MatchPlan<Scene> plan) {
        this.plan = plan;
    }

    static Detections of(RuleSet rules) {
        return new Detections(MatchPlan.compile(rules.rules(), Source.SYSCALL, new SyscallFields(ZoneOffset.UTC)));
    }

    /// @param files below the reference's folder
    static RuleSet compile(RulesOptions options, String... files) throws IOException {
        var texts = new ArrayList<SourceText>();
        for (var file : files) {
            texts.add(new SourceText(file, Files.readString(ReferenceData.path(file))));
        }
        var compilation = RulesCompiler.compile(texts, options);
        return compilation
                .rules()
                .orElseThrow(() -> new AssertionError(Arrays.toString(files) + ": " + compilation.findings()));
    }

    static List<String> names(RuleSet rules) {
        return rules.rules().stream().map(rule -> rule.name()).toList();
    }

    /// How often each rule fires.
    Map<String, Long> in(Path capture, RuleMatching matching) throws IOException {
        var found = new TreeMap<String, Long>();
        var matcher = plan.matcher(matching);
        try (var in = Files.newInputStream(capture)) {
            CaptureScenes.read(in, Limits.DEFAULT, scene -> {
                matcher.match(scene, scene.event().code(), (rule, _) -> found.merge(rule.name(), 1L, Long::sum));
                return true;
            });
        }
        found.remove(NOT_MEASURED);
        return found;
    }
}
