package io.fieldmouse.broker.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server keeps of a password for SCRAM-SHA-256 (RFC 5802 section 3, RFC 7677), in the notation of RFC 5803. The
 * password can be proven without ever being sent, and also compared as it is.
 *
 * <pre>
 *   SCRAM-SHA-256$ iterations : salt $ StoredKey : ServerKey      the last three in base64
 *
 *   SaltedPassword = PBKDF2-HMAC-SHA256(password, salt, iterations)
 *   StoredKey      = SHA256(HMAC(SaltedPassword, "Client Key"))
 *   ServerKey      = HMAC(SaltedPassword, "Server Key")
 * </pre>
 *
 * @param iterations 4,096 (RFC 7677 section 4) to 10,000,000
 */
@SuppressWarnings("ArrayRecordComponent")
public record ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) implements Credential {
    /** The client computes them at each login, and clients are small. */
    public static final int ITERATIONS = 15_000;

    static final String PREFIX = "SCRAM-SHA-256$";

    private static final int ITERATIONS_MIN = 4_096;
    private static final int SALT_BYTES = 16;
    private static final int SALT_BYTES_MAX = 1_024;
    private static final int KEY_BYTES = 32;

    public ScramVerifier {
        if (iterations < ITERATIONS_MIN || iterations > Pbkdf2.ITERATIONS_MAX) {
            throw new IllegalArgumentException(
                    iterations + " iterations; allowed are " + ITERATIONS_MIN + " to " + Pbkdf2.ITERATIONS_MAX);
        }
        if (salt.length == 0 || salt.length > SALT_BYTES_MAX) {
            throw new IllegalArgumentException("salt of " + salt.length + " bytes");
        }
        if (storedKey.length != KEY_BYTES || serverKey.length != KEY_BYTES) {
            throw new IllegalArgumentException("a key that has not " + KEY_BYTES + " bytes");
        }
    }

    /** @throws IllegalArgumentException for a password that cannot be prepared (RFC 4013) */
    public static ScramVerifier create(String password, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return create(password, salt, ITERATIONS);
    }

    /** As {@link #create(String, SecureRandom)}, with a salt and a number of iterations that are given. */
    public static ScramVerifier create(String password, byte[] salt, int iterations) {
        byte[] salted = Pbkdf2.HMAC_SHA256.key(SaslPrep.prepare(password), salt, iterations);
        byte[] clientKey = hmac(salted, "Client Key");
        return new ScramVerifier(iterations, salt, sha256(clientKey), hmac(salted, "Server Key"));
    }

    /** @throws IllegalArgumentException in words, when the text is none */
    public static ScramVerifier parse(String text) {
        String[] parts = text.split("[$:]", -1);
        boolean shaped = parts.length == 5 && text.matches("SCRAM-SHA-256\\$[^$:]*:[^$:]*\\$[^$:]*:[^$:]*");
        if (!shaped) {
            throw new IllegalArgumentException("no SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey");
        }
        return new ScramVerifier(
                PasswordHash.iterations(parts[1]),
                PasswordHash.base64(parts[2]),
                PasswordHash.base64(parts[3]),
                PasswordHash.base64(parts[4]));
    }

    @Override
    public boolean verifyPlain(byte[] password) {
        String text = Pbkdf2.text(password);
        try {
            return text != null && MessageDigest.isEqual(serverKey, create(text, salt, iterations).serverKey);
        } catch (IllegalArgumentException e) {
            return false; // it cannot be prepared, and so is nobody's password
        }
    }

    /**
     * Whether who sent this proof for this exchange knows the password.
     *
     * @param said AuthMessage of RFC 5802 section 3
     */
    boolean isProvenBy(byte[] proof, String said) {
        byte[] clientKey = hmac(storedKey, said);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= proof[i];
        }
        return MessageDigest.isEqual(sha256(clientKey), storedKey);
    }

    /** By which the client sees that the broker knows it. */
    byte[] serverSignature(String said) {
        return hmac(serverKey, said);
    }

    static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is missing in this Java", e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing in this Java", e);
        }
    }

    @Override
    public String format() {
        Base64.Encoder base64 = Base64.getEncoder();
        return PREFIX + iterations + ":" + base64.encodeToString(salt) + "$" + base64.encodeToString(storedKey) + ":"
                + base64.encodeToString(serverKey);
    }

    /** Nothing that a log should not hold. */
    @Override
    public String toString() {
        return "ScramVerifier";
    }
}
