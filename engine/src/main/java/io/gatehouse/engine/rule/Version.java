// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.rule;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/// Three numbers. What follows them in a text is not looked at.
record Version(long major, long minor, long patch) implements Comparable<Version> {
    private static final Pattern WRITTEN =
            Pattern.compile("\\s*(\\d{1,9})\\.(\\d{1,9})\\.(\\d{1,9})(?!\\d).*", Pattern.DOTALL);
    private static final Comparator<Version> ORDER = Comparator.comparingLong(Version::major)
            .thenComparingLong(Version::minor)
            .thenComparingLong(Version::patch);

    static Optional<Version> of(String text) {
        var matcher = WRITTEN.matcher(text);
        return matcher.matches()
                ? Optional.of(new Version(
                        Long.parseLong(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3))))
                : Optional.empty();
    }

    /// Whether this can stand in for what is asked: the same major, and not older.
    boolean satisfies(Version asked) {
        return major == asked.major && compareTo(asked) >= 0;
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
