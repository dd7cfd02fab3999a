package io.fieldmouse.edge;

import io.fieldmouse.gateway.publish.ApplicationMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;

/** How {@code sub} prints a message. The payload goes out byte for byte: it need not be text. */
final class MessageFormat {

    private static final String SPECIFIERS = "tpxlqrIU%";
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssX").withZone(ZoneOffset.UTC);

    private final String format;
    private final boolean lineEnd;

    private MessageFormat(String format, boolean lineEnd) {
        this.format = format;
        this.lineEnd = lineEnd;
    }

    static MessageFormat plain(boolean verbose, boolean lineEnd) {
        return new MessageFormat(verbose ? "%t %p" : "%p", lineEnd);
    }

    /** @throws IllegalArgumentException for a specifier that does not exist */
    static MessageFormat parse(String format, boolean lineEnd) {
        for (int i = format.indexOf('%'); i >= 0; i = format.indexOf('%', i + 2)) {
            if (i + 1 == format.length() || SPECIFIERS.indexOf(format.charAt(i + 1)) < 0) {
                throw new IllegalArgumentException(
                        "-F \"" + format + "\": after % there may be one of " + String.join(" ", SPECIFIERS.split("")));
            }
        }
        return new MessageFormat(format, lineEnd);
    }

    byte[] bytes(ApplicationMessage message, Instant now) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c == '%') {
                i++;
                out.writeBytes(value(format.charAt(i), message, now));
            } else {
                int codePoint = format.codePointAt(i);
                i += Character.charCount(codePoint) - 1;
                out.writeBytes(utf8(Character.toString(codePoint)));
            }
        }
        if (lineEnd) {
            out.write('\n');
        }
        return out.toByteArray();
    }

    private static byte[] value(char specifier, ApplicationMessage message, Instant now) {
        return switch (specifier) {
            case 't' -> utf8(message.topic());
            case 'p' -> message.payload();
            case 'x' -> utf8(HexFormat.of().formatHex(message.payload()));
            case 'l' -> utf8(Integer.toString(message.payload().length));
            case 'q' -> utf8(Integer.toString(message.qos()));
            case 'r' -> utf8(message.retain() ? "1" : "0");
            case 'I' -> utf8(ISO.format(now));
            case 'U' -> utf8(String.format(Locale.ROOT, "%d.%09d", now.getEpochSecond(), now.getNano()));
            default -> utf8("%");
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
