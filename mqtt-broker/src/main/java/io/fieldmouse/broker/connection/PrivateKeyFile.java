package io.fieldmouse.broker.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private key in PEM, in any of the forms in which openssl writes one.
 *
 * <pre>
 *   PRIVATE KEY       PKCS#8:  SEQUENCE { version 0, SEQUENCE { algorithm, parameters }, OCTET STRING { key } }
 *   RSA PRIVATE KEY   PKCS#1:  the key alone, of RSA (RFC 8017 appendix A.1.2)
 *   EC PRIVATE KEY    SEC 1:   the key alone, SEQUENCE { 1, OCTET STRING, [0] { curve }, ... } (RFC 5915)
 * </pre>
 *
 * <p>Java reads the first only: the others are put into its envelope.
 */
final class PrivateKeyFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ((?:[A-Z]+ )*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int CURVE = 0xA0;

    private PrivateKeyFile() {}

    /** @throws IOException with words that name the file, for one that holds no key that can be used */
    static PrivateKey read(Path file) throws IOException {
        Matcher block = BLOCK.matcher(new String(TlsFiles.bytes(file), StandardCharsets.ISO_8859_1));
        if (!block.find()) {
            throw new IOException(file + " holds no private key in PEM; it begins with -----BEGIN PRIVATE KEY-----");
        }
        String kind = block.group(1);
        String content = block.group(2);
        if (kind.equals("ENCRYPTED PRIVATE KEY") || content.contains("ENCRYPTED")) {
            throw new IOException(file + " is locked with a password, which nobody can type when the box starts;"
                    + " unlock it with: openssl pkey -in " + file.getFileName() + " -out unlocked.key");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(content);
            return switch (kind) {
                case "PRIVATE KEY" -> key(der);
                case "RSA PRIVATE KEY" -> key(element(SEQUENCE, VERSION_0, RSA, element(OCTET_STRING, der)));
                case "EC PRIVATE KEY" ->
                    key(element(SEQUENCE, VERSION_0, element(SEQUENCE, EC, curve(der)), element(OCTET_STRING, der)));
                default -> throw new IOException(file + " holds a key of a kind that is not known: " + kind);
            };
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(file + " holds no private key that can be read: " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // of another algorithm, perhaps
            }
        }
        throw new InvalidKeySpecException("neither RSA, EC nor EdDSA");
    }

    /** What [0] of an EC key holds: its curve by name. */
    private static byte[] curve(byte[] sec1) throws InvalidKeySpecException {
        int at = 1 + lengthBytes(sec1, 1); // into the sequence
        while (at < sec1.length) {
            int lengthBytes = lengthBytes(sec1, at + 1);
            int length = length(sec1, at + 1);
            int content = at + 1 + lengthBytes;
            if ((sec1[at] & 0xFF) == CURVE) {
                return Arrays.copyOfRange(sec1, content, content + length);
            }
            at = content + length;
        }
        throw new InvalidKeySpecException("the curve is not named");
    }

    private static int lengthBytes(byte[] der, int at) {
        return der[at] >= 0 ? 1 : 1 + (der[at] & 0x7F);
    }

    private static int length(byte[] der, int at) {
        int length = der[at] >= 0 ? der[at] : 0;
        for (int i = 1; i < lengthBytes(der, at); i++) {
            length = (length << 8) | (der[at + i] & 0xFF);
        }
        return length;
    }

    private static byte[] element(int tag, byte[]... parts) {
        int count = 0;
        for (byte[] part : parts) {
            count += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (count < 0x80) {
            out.write(count);
        } else if (count < 0x100) {
            out.write(0x81);
            out.write(count);
        } else {
            out.write(0x82);
            out.write(count >> 8);
            out.write(count);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
