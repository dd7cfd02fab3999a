package io.fieldmouse.broker.connection;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What may be in the Close frame of a WebSocket's client (RFC 6455 sections 5.5.1 and 7.4).
 *
 * <pre>
 *   nothing
 *   code (2) | reason in UTF-8
 * </pre>
 */
final class CloseFrame {
    static final int NORMAL = 1000;
    static final int PROTOCOL_ERROR = 1002;
    static final int UNACCEPTABLE_DATA = 1003;
    private static final int INVALID_TEXT = 1007;

    private CloseFrame() {}

    /**
     * What is wrong with one.
     *
     * @param answer the code to close with
     */
    record Flaw(int answer, String words) {}

    /** Null for nothing. */
    static @Nullable Flaw flaw(byte[] content) {
        if (content.length == 0) {
            return null;
        }
        if (content.length == 1) {
            return new Flaw(PROTOCOL_ERROR, "a Close frame with half a code");
        }
        ByteBuffer bytes = ByteBuffer.wrap(content);
        int code = bytes.getShort() & 0xFFFF;
        if (!maySay(code)) {
            return new Flaw(PROTOCOL_ERROR, "a Close frame with code " + code);
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return null;
        } catch (CharacterCodingException e) {
            return new Flaw(INVALID_TEXT, "a Close frame whose reason is not UTF-8");
        }
    }

    /**
     * Whether the code has a meaning that one end can tell the other: 1004 has none yet, 1005, 1006 and 1015 are for an
     * end to tell itself, and what is registered ends with 1014. From 3000 on they belong to libraries and applications.
     */
    private static boolean maySay(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }
}
