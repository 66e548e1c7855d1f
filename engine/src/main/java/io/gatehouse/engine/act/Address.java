// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A numeric address, or a block of them. Nothing is looked up.
///
/// @param bits 32 or 128
/// @param value as a number, bits beyond the prefix zero
/// @param prefix length in bits; equal to `bits` for one address
record Address(int bits, BigInteger value, int prefix) implements Comparable<Address> {
    static final int FOUR = 32;
    static final int SIX = 128;

    private static final int WORD = 16;
    private static final Comparator<Address> ORDER =
            Comparator.comparingInt(Address::bits).thenComparing(Address::value).thenComparingInt(Address::prefix);

    /// One address; empty where the text is none.
    static Optional<Address> of(String text) {
        return text.indexOf(':') >= 0 ? six(text) : four(text);
    }

    private static Optional<Address> four(String text) {
        var parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        long value = 0;
        for (var part : parts) {
            if (!part.matches("[0-9]{1,3}") || Integer.parseInt(part) > 255) {
                return Optional.empty();
            }
            value = value << 8 | Integer.parseInt(part);
        }
        return Optional.of(new Address(FOUR, BigInteger.valueOf(value), FOUR));
    }

    private static Optional<Address> six(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return Optional.empty();
        }
        var head = words(gap < 0 ? text : text.substring(0, gap));
        var tail = gap < 0 ? Optional.of(List.<Integer>of()) : words(text.substring(gap + 2));
        if (head.isEmpty() || tail.isEmpty()) {
            return Optional.empty();
        }
        int given = head.get().size() + tail.get().size();
        if (gap < 0 ? given != SIX / WORD : given >= SIX / WORD) {
            return Optional.empty();
        }
        var all = new ArrayList<>(head.get());
        for (int i = given; i < SIX / WORD; i++) {
            all.add(0);
        }
        all.addAll(tail.get());
        var value = BigInteger.ZERO;
        for (int word : all) {
            value = value.shiftLeft(WORD).or(BigInteger.valueOf(word));
        }
        return Optional.of(new Address(SIX, value, SIX));
    }

    private static Optional<List<Integer>> words(String text) {
        var words = new ArrayList<Integer>();
        if (text.isEmpty()) {
            return Optional.of(words);
        }
        for (var word : text.split(":", -1)) {
            if (word.indexOf('.') >= 0) {
                var four = four(word);
                if (four.isEmpty()) {
                    return Optional.empty();
                }
                long value = four.get().value().longValue();
                words.add((int) (value >> WORD));
                words.add((int) (value & 0xffff));
            } else if (word.matches("[0-9a-fA-F]{1,4}")) {
                words.add(Integer.parseInt(word, 16));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(words);
    }

    /// The block of so many leading bits that this one lies in; itself where it is larger.
    Address within(int length) {
        if (length >= prefix) {
            return this;
        }
        int rest = bits - length;
        return new Address(bits, value.shiftRight(rest).shiftLeft(rest), length);
    }

    boolean contains(Address other) {
        return bits == other.bits
                && prefix <= other.prefix
                && other.within(prefix).value.equals(value);
    }

    /// `0.0.0.0` or `::`.
    boolean unspecified() {
        return value.signum() == 0 && prefix == bits;
    }

    /// The fewest blocks that hold these and nothing else, in order.
    static List<Address> cover(Iterable<Address> given) {
        var sorted = new ArrayList<Address>();
        given.forEach(sorted::add);
        sorted.sort(ORDER);
        var blocks = new ArrayList<Address>();
        for (var next : sorted) {
            if (!blocks.isEmpty() && blocks.getLast().contains(next)) {
                continue;
            }
            blocks.add(next);
            while (blocks.size() > 1 && halves(blocks.get(blocks.size() - 2), blocks.getLast())) {
                var upper = blocks.removeLast();
                blocks.add(blocks.removeLast().within(upper.prefix - 1));
            }
        }
        return blocks;
    }

    private static boolean halves(Address a, Address b) {
        return a.bits == b.bits
                && a.prefix == b.prefix
                && a.prefix > 0
                && a.within(a.prefix - 1).equals(b.within(b.prefix - 1));
    }

    @Override
    public int compareTo(Address other) {
        return ORDER.compare(this, other);
    }

    /// Without the prefix length; IPv6 as RFC 5952 has it.
    String text() {
        if (bits == FOUR) {
            long v = value.longValue();
            return (v >> 24) + "." + (v >> 16 & 0xff) + "." + (v >> 8 & 0xff) + "." + (v & 0xff);
        }
        var words = new int[SIX / WORD];
        for (int i = 0; i < words.length; i++) {
            words[i] = value.shiftRight(SIX - WORD * (i + 1)).intValue() & 0xffff;
        }
        int from = -1;
        int longest = 1; // one zero is written out
        for (int i = 0; i < words.length; i++) {
            int end = i;
            while (end < words.length && words[end] == 0) {
                end++;
            }
            if (end - i > longest) {
                longest = end - i;
                from = i;
            }
        }
        var text = new StringBuilder();
        for (int i = 0; i < words.length; i++) {
            if (i == from) {
                text.append("::");
                i += longest - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(words[i]));
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return prefix == bits ? text() : text() + "/" + prefix;
    }
}
