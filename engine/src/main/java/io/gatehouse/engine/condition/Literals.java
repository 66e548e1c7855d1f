// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.schemas.field.FieldType;
import java.math.BigDecimal;
import java.math.BigInteger;

/// Reads a value that is written in a condition as the type of what it is compared with.
final class Literals {
    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);
    private static final int MAX_DIGITS = 40;

    /// A text that is no value of the type.
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;
        private final Code code;
        private final String fix;

        Unfit(Code code, String message, String fix) {
            super(message, null, false, false);
            this.code = code;
            this.fix = fix;
        }

        Diagnostic at(Span span, String left) {
            return code.at(span, getMessage() + " (compared with '" + left + "')", fix);
        }
    }

    private Literals() {}

    static Operand read(FieldType type, Operator operator, String text) throws Unfit {
        if (type != FieldType.BYTEBUF && text.indexOf('\0') >= 0) {
            throw unfit("a text cannot hold the byte 0", "remove '\\x00'");
        }
        return switch (type) {
            case CHARBUF -> text(operator, text);
            case BYTEBUF -> new Operand.Text(buffer(operator, text));
            case BOOL -> new Operand.Number(truth(text));
            case INT16 -> integer(text, 16, true);
            case INT32 -> integer(text, 32, true);
            case INT64 -> integer(text, 64, true);
            case UINT32 -> integer(text, 32, false);
            case UINT64, RELTIME, ABSTIME -> integer(text, 64, false);
            case DOUBLE -> new Operand.Number(Double.doubleToRawLongBits(decimal(text)));
            case PORT -> new Operand.Number(port(text));
            case IPADDR -> new Operand.Text(address(text));
            case IPNET -> net(text);
            case DYNAMIC -> throw unfit("its type is not known", "use 'exists'");
        };
    }

    private static Operand text(Operator operator, String text) throws Unfit {
        if (operator == Operator.REGEX) {
            Regex.check(text);
        }
        return new Operand.Text(text);
    }

    private static String buffer(Operator operator, String text) throws Unfit {
        if (operator != Operator.BCONTAINS && operator != Operator.BSTARTSWITH) {
            return text;
        }
        var bytes = new StringBuilder(text.length() / 2);
        for (int i = 0; i < text.length(); i += 2) {
            int high = hexDigit(text, i);
            int low = hexDigit(text, i + 1);
            if (high < 0 || low < 0) {
                throw unfit(
                        shown(text) + " is not made of pairs of hex digits",
                        "write each byte as two hex digits, as in 'cafe'");
            }
            bytes.append((char) (high << 4 | low));
        }
        return bytes.toString();
    }

    private static int hexDigit(String text, int at) {
        return at < text.length() && text.charAt(at) < 0x80 ? Character.digit(text.charAt(at), 16) : -1;
    }

    private static long truth(String text) throws Unfit {
        return switch (text) {
            case "true" -> 1;
            case "false" -> 0;
            default -> throw unfit(shown(text) + " is neither true nor false", "write 'true' or 'false'");
        };
    }

    /// A negative number for an unsigned field is what the same bits mean: `-1` is how rules write "no
    /// user".
    private static Operand integer(String text, int bits, boolean signed) throws Unfit {
        if (text.startsWith("0x") || text.startsWith("0X")) {
            throw unfit(shown(text) + " is a hex number, and numbers here are decimal", "write it as a decimal number");
        }
        if (!text.matches("[+-]?[0-9]{1," + MAX_DIGITS + "}")) {
            throw unfit(shown(text) + " is not a whole number", "write a decimal number");
        }
        var number = new BigInteger(text);
        var least = BigInteger.ONE.shiftLeft(bits - 1).negate();
        var most = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
        if (number.compareTo(least) < 0 || number.compareTo(most) > 0) {
            throw unfit(
                    shown(text) + " does not fit into " + bits + " bits",
                    "write a number from " + (signed ? least : "0") + " to " + most);
        }
        if (!signed && number.signum() < 0) {
            number = number.add(bits == 64 ? TWO_TO_64 : BigInteger.ONE.shiftLeft(bits));
        }
        return new Operand.Number(number.longValue());
    }

    private static double decimal(String text) throws Unfit {
        if (text.length() > MAX_DIGITS || !text.matches("[+-]?[0-9]+(\\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")) {
            throw unfit(shown(text) + " is not a decimal number", "write a number such as 0.5");
        }
        double value = new BigDecimal(
                        text.endsWith(".")
                                ? text + "0"
                                : text.replace(".e", ".0e").replace(".E", ".0E"))
                .doubleValue();
        return value == 0 ? 0.0 : value; // -0 would be the bits that mean "missing"
    }

    private static long port(String text) throws Unfit {
        if (text.matches("[0-9]{1,9}")) {
            long number = Long.parseLong(text);
            if (number <= 0xffff) {
                return number;
            }
            throw unfit(shown(text) + " is no port", "write a number from 0 to 65535");
        }
        return Ports.byService(text)
                .orElseThrow(() -> unfit(shown(text) + " is no port", "write the number of the port"));
    }

    private static String address(String text) throws Unfit {
        if (text.indexOf('/') > 0
                && Addresses.read(text.substring(0, text.indexOf('/'))).isPresent()) {
            throw unfit(
                    shown(text) + " is a network, and the field is compared with addresses",
                    "use the field that ends in 'net', as fd.snet instead of fd.sip");
        }
        return Addresses.read(text)
                .orElseThrow(() -> unfit(shown(text) + " is no address", "write an IPv4 or IPv6 address"));
    }

    private static Operand net(String text) throws Unfit {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw unfit(
                    shown(text) + " is no network",
                    "write an address and how many leading bits count: 10.0.0.0/8, or " + ByteText.readable(text)
                            + "/32");
        }
        var address = Addresses.read(text.substring(0, slash))
                .orElseThrow(
                        () -> unfit(shown(text) + " has no address before '/'", "write a network such as 10.0.0.0/8"));
        var bits = text.substring(slash + 1);
        if (!bits.matches("[0-9]{1,3}") || Integer.parseInt(bits) > address.length() * 8) {
            throw unfit(
                    "'" + ByteText.readable(bits) + "' is no number of bits of this address",
                    "write a number from 0 to " + address.length() * 8);
        }
        return new Operand.Net(address, Integer.parseInt(bits));
    }

    private static Unfit unfit(String message, String fix) {
        return new Unfit(Code.MALFORMED_OPERAND, message, fix);
    }

    private static String shown(String text) {
        var readable = ByteText.readable(text);
        return "'" + (readable.length() > 60 ? readable.substring(0, 60) + "..." : readable) + "'";
    }
}
