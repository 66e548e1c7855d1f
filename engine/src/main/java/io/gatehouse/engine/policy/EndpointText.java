// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.condition.Addresses;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.format.Address;
import io.gatehouse.schemas.policy.Endpoint;
import java.util.Optional;

/// Endpoints as policies write them: an address or block, a port or range, or both. The one place that reads them.
///
/// ```
/// 10.1.2.3     10.0.0.0/8       10.0.0.0/8:443        10.0.0.0/8:8000-8099
/// 2001:db8::1  2001:db8::/32    [2001:db8::/32]:443   [2001:db8::]/32:443   :443
/// ```
public final class EndpointText {
    /// Each port of a range is an entry of its own in a table of the kernel.
    public static final int MAX_PORTS = 1024;

    private static final int V4_BYTES = 4;
    private static final String MAPPED = "\0".repeat(10) + "\u00ff\u00ff";

    private final String text;

    private EndpointText(String text) {
        this.text = text;
    }

    public sealed interface Outcome {
        record Read(Endpoint endpoint) implements Outcome {}

        /// @param what one phrase, the text in quotes first
        record Wrong(Code code, String what, String fix) implements Outcome {
            Diagnostic at(Span span) {
                return code.at(span, what, fix);
            }
        }
    }

    public static Outcome read(String text) {
        try {
            return new Outcome.Read(new EndpointText(text).endpoint());
        } catch (Refused refused) {
            return refused.why;
        }
    }

    /// In the one way that this page prefers, which [#read] takes.
    public static String print(Endpoint endpoint) {
        var ports = endpoint.anyPort()
                ? ""
                : endpoint.firstPort() == endpoint.lastPort()
                        ? ":" + endpoint.firstPort()
                        : ":" + endpoint.firstPort() + "-" + endpoint.lastPort();
        if (endpoint.anyAddress()) {
            return ports;
        }
        int bits = endpoint.ipv6() ? 128 : 32;
        var block = endpoint.prefix() == bits ? endpoint.address() : endpoint.address() + "/" + endpoint.prefix();
        return endpoint.ipv6() && !ports.isEmpty() ? "[" + block + "]" + ports : block + ports;
    }

    // ---- reading

    /// Left by the first thing that is wrong.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Outcome.Wrong why;

        private Refused(Outcome.Wrong why) {
            super(why.what(), null, false, false);
            this.why = why;
        }
    }

    private Refused refused(Code code, String what, String fix) {
        return new Refused(new Outcome.Wrong(code, Kinds.quoted(text) + " " + what, fix));
    }

    private Refused malformed(String what) {
        return refused(Code.MALFORMED_ENDPOINT, what, Code.MALFORMED_ENDPOINT.fix());
    }

    private Endpoint endpoint() throws Refused {
        if (text.isEmpty()) {
            throw malformed("is no address and no port");
        }
        if (text.startsWith("[")) {
            return bracketed();
        }
        int colon = text.indexOf(':');
        int slash = text.indexOf('/');
        boolean sixBare = colon >= 0 && text.indexOf(':', colon + 1) >= 0;
        if (!sixBare) {
            return colon < 0
                    ? block(text, "")
                    : colon == 0
                            ? ports("", 0, text.substring(1))
                            : block(text.substring(0, colon), text.substring(colon + 1));
        }
        if (slash >= 0 && text.indexOf(':', slash) >= 0) {
            int port = text.indexOf(':', slash);
            throw refused(
                    Code.MALFORMED_ENDPOINT,
                    "has a port behind an IPv6 address without brackets",
                    "write '[" + text.substring(0, port) + "]" + text.substring(port) + "'");
        }
        return block(text, "");
    }

    /// `[address]`, `[address/length]`, `[address]/length`, each with ports or without.
    private Endpoint bracketed() throws Refused {
        int close = text.indexOf(']');
        if (close < 0) {
            throw malformed("has a '[' that is never closed");
        }
        var inside = text.substring(1, close);
        var behind = text.substring(close + 1);
        if (inside.indexOf(':') < 0) {
            throw malformed("has brackets around what is no IPv6 address");
        }
        if (behind.startsWith("/")) {
            if (inside.indexOf('/') >= 0) {
                throw malformed("has two prefixes");
            }
            int colon = behind.indexOf(':');
            inside += colon < 0 ? behind : behind.substring(0, colon);
            behind = colon < 0 ? "" : behind.substring(colon);
        }
        if (behind.isEmpty()) {
            return block(inside, "");
        }
        if (!behind.startsWith(":") || behind.length() == 1) {
            throw malformed(behind.equals(":") ? "ends where a port should follow" : "goes on behind its ']'");
        }
        return block(inside, behind.substring(1));
    }

    /// @param ports empty: any
    private Endpoint block(String written, String ports) throws Refused {
        if (ports.isEmpty() && text.endsWith(":") && !text.endsWith("::")) {
            throw malformed("ends where a port should follow");
        }
        int slash = written.indexOf('/');
        var host = slash < 0 ? written : written.substring(0, slash);
        var bytes = Addresses.read(host).orElseThrow(() -> malformed(fault(host)));
        int bits = 8 * bytes.length();
        int prefix = slash < 0 ? bits : prefix(written.substring(slash + 1), bits);
        var rest = ports.isEmpty() ? "" : ":" + ports;
        var masked = masked(bytes, prefix);
        if (bytes.startsWith(MAPPED) && bytes.length() > V4_BYTES && prefix >= 96) {
            throw refused(
                    Code.MAPPED_ADDRESS,
                    "is an IPv4 address written as IPv6",
                    "write '" + shown(masked.substring(12), prefix - 96) + rest + "'");
        }
        if (!masked.equals(bytes)) {
            var whole = shown(masked, prefix);
            var alone = Address.print(bytes);
            boolean six = bytes.length() > V4_BYTES && !rest.isEmpty();
            throw refused(
                    Code.BITS_BEYOND_PREFIX,
                    "has bits set beyond the first " + prefix,
                    "write '" + (six ? "[" + whole + "]" : whole) + rest + "' for the block, or '"
                            + (six ? "[" + alone + "]" : alone) + rest + "' for the one address");
        }
        return ports(Address.print(bytes), prefix, ports);
    }

    private static String shown(String bytes, int prefix) {
        return prefix == 8 * bytes.length() ? Address.print(bytes) : Address.print(bytes) + "/" + prefix;
    }

    private static String fault(String host) {
        if (host.isEmpty()) {
            return "has a prefix and no address";
        }
        if (host.equals("*")) {
            return "has a glob; for any address write the port alone";
        }
        if (host.indexOf('%') >= 0) {
            return "names an interface, and only addresses are compared";
        }
        boolean looksLikeAName = host.chars().anyMatch(c -> Character.isLetter(c)) && host.indexOf(':') < 0;
        return looksLikeAName
                ? "is a name; the kernel knows numbers only"
                : "is no " + (host.indexOf(':') < 0 ? "IPv4" : "IPv6") + " address";
    }

    private int prefix(String written, int bits) throws Refused {
        var length = number(written);
        if (length.isEmpty() || length.get() > bits) {
            throw malformed("has the prefix " + Kinds.quoted(written) + ", and an IPv" + (bits == 32 ? 4 : 6)
                    + " address has " + bits + " bits");
        }
        return length.get();
    }

    private Endpoint ports(String address, int prefix, String ports) throws Refused {
        if (ports.isEmpty() && !address.isEmpty()) {
            return new Endpoint(address, prefix, 0, Endpoint.MAX_PORT);
        }
        int dash = ports.indexOf('-');
        int first = port(dash < 0 ? ports : ports.substring(0, dash));
        int last = dash < 0 ? first : port(ports.substring(dash + 1));
        if (first > last) {
            throw refused(
                    Code.MATCHES_NOTHING,
                    "is a range of ports that ends before it begins",
                    "write '" + text.substring(0, text.length() - ports.length()) + last + "-" + first + "'");
        }
        if (last - first >= MAX_PORTS) {
            throw refused(
                    Code.TOO_MANY_PORTS,
                    "is a range of " + (last - first + 1) + " ports",
                    "name at most " + "1,024 ports, or leave the ports out");
        }
        return new Endpoint(address, prefix, first, last);
    }

    private int port(String written) throws Refused {
        var port = number(written);
        if (port.isEmpty() || port.get() > Endpoint.MAX_PORT) {
            throw malformed(
                    written.isEmpty()
                            ? "lacks a port"
                            : "has the port " + Kinds.quoted(written) + ", and a port is a number from 0 to 65535");
        }
        return port.get();
    }

    /// Digits alone, no more of them than needed: others read a leading 0 as octal.
    private static Optional<Integer> number(String written) {
        return written.matches("0|[1-9][0-9]{0,4}") ? Optional.of(Integer.valueOf(written)) : Optional.empty();
    }

    private static String masked(String bytes, int prefix) {
        var masked = new StringBuilder(bytes);
        for (int i = 0; i < bytes.length(); i++) {
            int kept = Math.clamp(prefix - 8L * i, 0, 8);
            masked.setCharAt(i, (char) (bytes.charAt(i) & (0xff00 >> kept & 0xff)));
        }
        return masked.toString();
    }
}
