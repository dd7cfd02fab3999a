package io.fieldmouse.broker.access;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A password as mosquitto_passwd of mosquitto 2 keeps it.
 *
 * <pre>
 *   $7$ iterations $ salt (base64) $ PBKDF2-HMAC-SHA512 of the password, 64 bytes (base64)
 * </pre>
 *
 * @param iterations 1 to 10,000,000
 */
@SuppressWarnings("ArrayRecordComponent")
public record PasswordHash(int iterations, byte[] salt, byte[] hash) implements Credential {
    /** Tens of milliseconds on a small box; mosquitto_passwd 2.0 makes do with 101. */
    static final int ITERATIONS = 20_000;

    static final String PREFIX = "$7$";

    /** As many as mosquitto 2.0 takes; newer ones take more, and write more. */
    private static final int SALT_BYTES = 12;

    private static final int SALT_BYTES_MAX = 1_024;

    public PasswordHash {
        if (iterations < 1 || iterations > Pbkdf2.ITERATIONS_MAX) {
            throw new IllegalArgumentException(iterations + " iterations; allowed are 1 to " + Pbkdf2.ITERATIONS_MAX);
        }
        if (salt.length == 0 || salt.length > SALT_BYTES_MAX) {
            throw new IllegalArgumentException("salt of " + salt.length + " bytes");
        }
        if (hash.length != Pbkdf2.HMAC_SHA512.keyBytes()) {
            throw new IllegalArgumentException("hash of " + hash.length + " bytes; there have to be 64");
        }
    }

    public static PasswordHash create(String password, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return new PasswordHash(ITERATIONS, salt, Pbkdf2.HMAC_SHA512.key(password, salt, ITERATIONS));
    }

    /** @throws IllegalArgumentException in words, when the text is none */
    static PasswordHash parse(String text) {
        String[] parts = text.split("\\$", -1);
        if (!text.startsWith(PREFIX) || parts.length != 5) {
            throw new IllegalArgumentException("no $7$iterations$salt$hash");
        }
        return new PasswordHash(iterations(parts[2]), base64(parts[3]), base64(parts[4]));
    }

    static int iterations(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no number of iterations", e);
        }
    }

    static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("salt or hash is not base64", e);
        }
    }

    @Override
    public boolean verifyPlain(byte[] password) {
        String text = Pbkdf2.text(password);
        return text != null && MessageDigest.isEqual(hash, Pbkdf2.HMAC_SHA512.key(text, salt, iterations));
    }

    @Override
    public String format() {
        Base64.Encoder base64 = Base64.getEncoder();
        return PREFIX + iterations + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }

    /** Nothing that a log should not hold. */
    @Override
    public String toString() {
        return "PasswordHash";
    }
}
