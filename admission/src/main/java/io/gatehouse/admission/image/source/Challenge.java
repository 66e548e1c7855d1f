// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.image.source;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a registry that answers 401 asks for.
///
/// @param scheme in lower case: `bearer`, `basic`
/// @param parameters by name in lower case
record Challenge(String scheme, Map<String, String> parameters) {
    private static final Pattern SCHEME = Pattern.compile("\\s*([A-Za-z]+)(?:\\s+(.*))?", Pattern.DOTALL);
    private static final Pattern PARAMETER = Pattern.compile(
            "\\G\\s*,?\\s*([A-Za-z_]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.){0,2048})\"|([^\\s,\"]{1,2048}))");

    /// The best of several: a token before a password.
    static Optional<Challenge> of(List<String> headers) {
        return best(headers, "bearer").or(() -> best(headers, "basic"));
    }

    private static Optional<Challenge> best(List<String> headers, String scheme) {
        return headers.stream()
                .filter(header -> header.length() <= 8192)
                .map(Challenge::parse)
                .filter(challenge -> challenge.scheme.equals(scheme))
                .findFirst();
    }

    private static Challenge parse(String header) {
        var scheme = SCHEME.matcher(header);
        if (!scheme.matches()) {
            return new Challenge("", Map.of());
        }
        var parameters = new HashMap<String, String>();
        if (scheme.group(2) != null) {
            var parameter = PARAMETER.matcher(scheme.group(2));
            while (parameter.find()) {
                var quoted = parameter.group(2);
                parameters.put(
                        parameter.group(1).toLowerCase(Locale.ROOT),
                        quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1"));
            }
        }
        return new Challenge(scheme.group(1).toLowerCase(Locale.ROOT), parameters);
    }
}
