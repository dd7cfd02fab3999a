package io.fieldmouse.broker.connection;

import java.io.IOException;
import java.nio.file.Path;
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

    /** Reads the files, and says why they cannot be used; null when they can. */
    public @Nullable String flaw() {
        try {
            TlsMaterial.read(this);
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
