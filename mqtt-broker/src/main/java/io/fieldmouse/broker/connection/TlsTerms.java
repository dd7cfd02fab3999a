package io.fieldmouse.broker.connection;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a listener speaks TLS. The files are in PEM; the CRL may be in DER too. They are read again when they change.
 *
 * @param certificate the broker's certificate, followed by those that lead to its issuer
 * @param key the certificate's private key, without a password
 * @param ca whose client certificates are trusted; null only without client certificates
 * @param crl what these have revoked; null for nothing. Once it is past its next update nobody is let in
 * @param userFromCertificate whether the certificate's common name is the client's user name
 */
public record TlsTerms(
        Path certificate,
        Path key,
        @Nullable Path ca,
        @Nullable Path crl,
        ClientCertificates clientCertificates,
        boolean userFromCertificate) {

    /** Whether a client shows a certificate. */
    public enum ClientCertificates {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    /**
     * Something that is wrong with a file.
     *
     * @param setting which names it: certificate, key, ca or crl
     * @param words with its path, and what to do
     */
    public record Flaw(String setting, String words) {}

    public TlsTerms {
        if (clientCertificates != ClientCertificates.NONE && ca == null) {
            throw new IllegalArgumentException("ca: missing; it says whose client certificates are trusted");
        }
        if (clientCertificates == ClientCertificates.NONE && (ca != null || crl != null)) {
            throw new IllegalArgumentException(
                    "client_certificates: none, but ca or crl is set; write optional or required, or remove those");
        }
    }

    /** Without client certificates. */
    public static TlsTerms of(Path certificate, Path key) {
        return new TlsTerms(certificate, key, null, null, ClientCertificates.NONE, false);
    }

    /** Reads the files, and says everything for which they cannot be used; empty when they can. */
    public List<Flaw> flaws() {
        List<Flaw> found = TlsFiles.read(this).flaws();
        if (!found.isEmpty()) {
            return found;
        }
        try {
            TlsMaterial.read(this);
            return List.of();
        } catch (IOException e) {
            return List.of(new Flaw("certificate", String.valueOf(e.getMessage())));
        }
    }

    /**
     * Reads the files, and says what of them has expired, is not valid yet, or is past its next update. A broker starts
     * with them all the same, and says so in its log.
     */
    public List<Flaw> outdated(Instant now) {
        return TlsFiles.read(this).outdated(now);
    }
}
