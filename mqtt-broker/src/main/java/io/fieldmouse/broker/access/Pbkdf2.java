package io.fieldmouse.broker.access;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/** Turns a password into a key so slowly that guessing does not pay (RFC 8018 section 5.2). Costs tens of milliseconds. */
enum Pbkdf2 {
    HMAC_SHA256("PBKDF2WithHmacSHA256", 32),
    HMAC_SHA512("PBKDF2WithHmacSHA512", 64);

    /** More would let one line of a file occupy a processor for minutes at each login. */
    static final int ITERATIONS_MAX = 10_000_000;

    private final String algorithm;
    private final int keyBytes;

    Pbkdf2(String algorithm, int keyBytes) {
        this.algorithm = algorithm;
        this.keyBytes = keyBytes;
    }

    int keyBytes() {
        return keyBytes;
    }

    byte[] key(String password, byte[] salt, int iterations) {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, keyBytes * 8);
        try {
            return SecretKeyFactory.getInstance(algorithm).generateSecret(spec).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm + " is missing in this Java", e);
        } finally {
            spec.clearPassword();
        }
    }

    /** The text that the bytes of a CONNECT's password are; null when they are none, and so nobody's password. */
    static @Nullable String text(byte[] password) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(password))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
