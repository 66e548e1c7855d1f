// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

/// So many at once, so many over time. Time is an argument. Not safe for threads.
final class TokenBucket {
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final double most;
    private double tokens;
    private long lastNanos;

    TokenBucket(double perSecond, double most, long nowNanos) {
        this.perSecond = perSecond;
        this.most = most;
        this.tokens = most;
        this.lastNanos = nowNanos;
    }

    boolean take(long nowNanos) {
        tokens = Math.min(most, tokens + Math.max(0, nowNanos - lastNanos) / NANOS * perSecond);
        lastNanos = nowNanos;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
