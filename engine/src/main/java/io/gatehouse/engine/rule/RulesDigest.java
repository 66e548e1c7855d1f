// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import io.gatehouse.engine.condition.ConditionPrinter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// The digest of what rules do: the same however their files are written, split and commented.
final class RulesDigest {
    private final MessageDigest sha256;

    private RulesDigest() {
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String of(List<Rule> rules, Map<String, RuleDetails> details, RuleMatching matching) {
        var digest = new RulesDigest();
        digest.add(matching.name());
        for (var rule : rules) {
            digest.add(rule.name());
            digest.add(rule.source().name());
            digest.add(ConditionPrinter.print(details.get(rule.name()).expression()));
            digest.add(rule.output());
            digest.add(rule.priority().name());
            digest.add(Boolean.toString(rule.enabled()));
            digest.add(rule.capture().toString());
            digest.add(Integer.toString(rule.tags().size()));
            rule.tags().forEach(digest::add);
        }
        return "sha256:" + HexFormat.of().formatHex(digest.sha256.digest());
    }

    /// The length first, so that no two rows of texts are one.
    private void add(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        sha256.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        sha256.update(bytes);
    }
}
