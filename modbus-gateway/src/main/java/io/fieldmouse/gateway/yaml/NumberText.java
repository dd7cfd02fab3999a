package io.fieldmouse.gateway.yaml;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as texts. Stricter than YAML's: no octal, no underscores, nothing infinite. */
final class NumberText {
    private static final Pattern DECIMAL_INTEGER = Pattern.compile("[+-]?[0-9]{1,18}");
    private static final Pattern HEX_INTEGER = Pattern.compile("0x[0-9a-fA-F]{1,15}");
    private static final Pattern DECIMAL = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

    private NumberText() {}

    static Optional<Long> parseWhole(String text) {
        if (HEX_INTEGER.matcher(text).matches()) {
            return Optional.of(Long.parseLong(text.substring(2), 16));
        }
        return DECIMAL_INTEGER.matcher(text).matches() ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    static Optional<Double> parseDecimal(String text) {
        return DECIMAL.matcher(text).matches() ? Optional.of(Double.parseDouble(text)) : Optional.empty();
    }

    static String of(double number) {
        return new BigDecimal(Double.toString(number)).stripTrailingZeros().toString();
    }
}
