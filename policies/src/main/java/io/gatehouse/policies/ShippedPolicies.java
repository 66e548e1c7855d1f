// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.policies;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The texts of the policies we ship, in audit mode.
public final class ShippedPolicies {
    private static final List<String> NAMES = List.of("immutable-containers", "immutable-pods");

    private ShippedPolicies() {}

    /// @param name of the policy, as in its `metadata.name`
    /// @param file name to save it under
    public record ShippedPolicy(String name, String file, String text) {}

    /// All of them, in the order of their names.
    public static List<ShippedPolicy> texts() {
        return NAMES.stream()
                .map(name -> new ShippedPolicy(name, name + ".yaml", read(name + "/policy.yaml")))
                .toList();
    }

    private static String read(String resource) {
        try (var in = ShippedPolicies.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }
}
