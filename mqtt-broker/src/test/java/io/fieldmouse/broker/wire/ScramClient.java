package io.fieldmouse.broker.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM-SHA-256, worked out from RFC 5802 alone: Hi() is its loop, and not Java's PBKDF2. */
public final class ScramClient {
    public static final String METHOD = "SCRAM-SHA-256";

    private final String first;
    private final String password;
    private final String nonce;
    private String serverSignature = "";

    /** @param nonce this client's part of it */
    public ScramClient(String user, String password, String nonce) {
        this.first = "n=" + user + ",r=" + nonce;
        this.password = password;
        this.nonce = nonce;
    }

    /** client-first-message. */
    public byte[] first() {
        return utf8("n,," + first);
    }

    /** client-final-message, the answer to server-first-message. */
    public byte[] last(byte[] serverFirst) {
        String challenge = new String(serverFirst, StandardCharsets.UTF_8);
        String[] parts = challenge.split(",", 3);
        assertTrue(parts[0].startsWith("r=" + nonce), challenge);
        assertTrue(parts[0].length() >= 2 + nonce.length() + 16, "a nonce of the broker's own in " + challenge);
        assertTrue(parts[1].startsWith("s="), challenge);
        assertTrue(parts[2].startsWith("i="), challenge);
        byte[] salt = Base64.getDecoder().decode(parts[1].substring(2));
        byte[] salted = hi(utf8(password), salt, Integer.parseInt(parts[2].substring(2)));

        String withoutProof = "c=biws," + parts[0];
        byte[] authMessage = utf8(first + "," + challenge + "," + withoutProof);
        byte[] clientKey = hmac(salted, utf8("Client Key"));
        byte[] proof = xor(clientKey, hmac(h(clientKey), authMessage));
        serverSignature = base64(hmac(hmac(salted, utf8("Server Key")), authMessage));
        return utf8(withoutProof + ",p=" + base64(proof));
    }

    /** The broker has to prove itself too. */
    public void requireProof(byte[] serverFinal) {
        assertEquals("v=" + serverSignature, new String(serverFinal, StandardCharsets.UTF_8));
    }

    private static byte[] hi(byte[] text, byte[] salt, int iterations) {
        byte[] u = hmac(text, Wire.join(salt, Wire.u32(1)));
        byte[] result = u;
        for (int i = 1; i < iterations; i++) {
            u = hmac(text, u);
            result = xor(result, u);
        }
        return result;
    }

    private static byte[] xor(byte[] a, byte[] b) {
        byte[] result = a.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] ^= b[i];
        }
        return result;
    }

    private static byte[] hmac(byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] h(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
