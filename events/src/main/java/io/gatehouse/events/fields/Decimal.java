// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import java.math.BigDecimal;
import java.math.MathContext;

/// Numbers with six digits that count, as C prints them with `%g`.
final class Decimal {
    private static final int DIGITS = 6;

    private Decimal() {}

    static String sixDigits(double number) {
        if (number == 0) {
            return "0";
        }
        var rounded = new BigDecimal(number).round(new MathContext(DIGITS)).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < DIGITS) {
            return rounded.toPlainString();
        }
        var digits = rounded.unscaledValue().abs().toString();
        return (rounded.signum() < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }
}
