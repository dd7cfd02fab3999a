package io.fieldmouse.broker.access;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Against the exchange of RFC 7677 section 3: user "user", password "pencil". */
class ScramVerifierTest {
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String AUTH_MESSAGE =
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=" + NONCE;

    private final ScramVerifier verifier = ScramVerifier.create("pencil", base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);

    @Test
    void itsServerKeySignsAsTheRfcSays() throws Exception {
        assertArrayEquals(
                base64("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), hmac(verifier.serverKey(), AUTH_MESSAGE));
    }

    @Test
    void itsStoredKeyKnowsTheRfcsProof() throws Exception {
        byte[] clientKey = base64("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        byte[] signature = hmac(verifier.storedKey(), AUTH_MESSAGE);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= signature[i];
        }

        assertArrayEquals(
                verifier.storedKey(), MessageDigest.getInstance("SHA-256").digest(clientKey));
    }

    @Test
    void itIsWrittenAndReadAgain() {
        assertTrue(verifier.format().startsWith("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"), verifier::format);
        assertEquals(verifier.format(), ScramVerifier.parse(verifier.format()).format());
    }

    @Test
    void onePasswordComposedInTwoWaysIsOne() {
        byte[] composed = "gr\u00fcn".getBytes(StandardCharsets.UTF_8);
        ScramVerifier decomposed = ScramVerifier.create("gru\u0308n", new byte[] {1, 2}, 4096);

        assertTrue(decomposed.verifyPlain(composed));
    }

    private static byte[] hmac(byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] base64(String text) {
        return Base64.getDecoder().decode(text);
    }
}
