package io.fieldmouse.gateway;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Register numbers as the manuals of many devices print them: the first digit names the table, and the rest counts from
 * 1. Profiles take the address that travels on the line, which counts from 0 in each table.
 *
 * <pre>
 *   10001..19999   100001..165536   discrete: 0 ...
 *   30001..39999   300001..365536   input: 0 ...
 *   40001..49999   400001..465536   holding: 0 ...
 * </pre>
 *
 * <p>Up to 65535 such a number may just as well be an address: there are devices that have registers there. Nobody writes
 * a register number in hexadecimal, so that form is the way to say that the address is meant.
 */
final class ModiconNumber {
    private static final Map<String, String> KEYS = Map.of("1", "discrete", "3", "input", "4", "holding");
    private static final Pattern NUMBER = Pattern.compile("([134])([0-9]{4,5})");
    private static final int REGISTERS_MAX = 65_536;

    private ModiconNumber() {}

    /** The line of a profile that is meant when this is such a number, as in {@code holding: 0}. */
    static Optional<String> meaning(String typed) {
        Matcher number = NUMBER.matcher(typed);
        if (!number.matches()) {
            return Optional.empty();
        }
        int register = Integer.parseInt(number.group(2));
        return register == 0 || register > REGISTERS_MAX
                ? Optional.empty()
                : Optional.of(KEYS.get(number.group(1)) + ": " + (register - 1));
    }
}
