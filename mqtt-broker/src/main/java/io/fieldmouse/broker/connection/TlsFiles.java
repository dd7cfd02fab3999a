package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.connection.TlsTerms.Flaw;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is in a listener's TLS files, as far as it can be read, and everything that is wrong with them: whoever sets up
 * TLS gets all of it at once. Not changed once it is read.
 */
final class TlsFiles {
    private static final long BYTES_MAX = 16L << 20;
    private static final String CERTIFICATE = "certificate";
    private static final String KEY = "key";
    private static final String CA = "ca";
    private static final String CRL = "crl";

    private final TlsTerms terms;
    private final List<Flaw> flaws = new ArrayList<>();
    private final Optional<PrivateKey> key;
    private final List<X509Certificate> chain;
    private final List<X509Certificate> authorities;
    private final List<X509CRL> revocations;

    /** Throws with words that name the file, for one that does not hold what it should. */
    private interface Reading<T> {
        T from(Path file) throws IOException;
    }

    private TlsFiles(TlsTerms terms) {
        this.terms = terms;
        this.chain = read(CERTIFICATE, terms.certificate(), List.of(), TlsFiles::certificates);
        this.key = read(KEY, terms.key(), Optional.empty(), file -> Optional.of(PrivateKeyFile.read(file)));
        this.authorities = read(CA, terms.ca(), List.of(), TlsFiles::certificates);
        this.revocations = read(CRL, terms.crl(), List.of(), TlsFiles::crls);
        if (key.isPresent() && !chain.isEmpty() && !belongTogether(key.get(), chain.get(0))) {
            flaws.add(
                    new Flaw(KEY, terms.key() + " is not the key of the first certificate in " + terms.certificate()));
        }
    }

    static TlsFiles read(TlsTerms terms) {
        return new TlsFiles(terms);
    }

    private <T> T read(String setting, @Nullable Path file, T otherwise, Reading<T> reading) {
        if (file == null) {
            return otherwise;
        }
        try {
            return reading.from(file);
        } catch (IOException e) {
            flaws.add(new Flaw(setting, String.valueOf(e.getMessage())));
            return otherwise;
        }
    }

    /** Why they cannot be used; empty when they can. */
    List<Flaw> flaws() {
        return List.copyOf(flaws);
    }

    /** Of files without a flaw. */
    PrivateKey key() {
        return key.orElseThrow();
    }

    /** The broker's own certificate and those that lead to its issuer. */
    List<X509Certificate> chain() {
        return chain;
    }

    List<X509Certificate> authorities() {
        return authorities;
    }

    List<X509CRL> revocations() {
        return revocations;
    }

    /** What can be used, but not at this time. */
    List<Flaw> outdated(Instant now) {
        List<Flaw> found = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            String which = terms.certificate() + ": \"" + certificate.getSubjectX500Principal() + "\"";
            if (certificate.getNotAfter().toInstant().isBefore(now)) {
                found.add(new Flaw(
                        CERTIFICATE,
                        which + " expired on " + certificate.getNotAfter().toInstant()
                                + ", and clients that look at it leave; put a new one there"));
            } else if (certificate.getNotBefore().toInstant().isAfter(now)) {
                found.add(new Flaw(
                        CERTIFICATE,
                        which + " is not valid before "
                                + certificate.getNotBefore().toInstant()
                                + ", and clients that look at it leave; is the clock of this machine right?"));
            }
        }
        for (X509CRL list : revocations) {
            Date next = list.getNextUpdate();
            if (next != null && next.toInstant().isBefore(now)) {
                found.add(new Flaw(
                        CRL,
                        terms.crl() + ": the list of \"" + list.getIssuerX500Principal()
                                + "\" is past its next update, which was due on " + next.toInstant()
                                + ", and no client with its certificates is let in; make a new one"));
            }
        }
        return found;
    }

    /** The file as a whole. The words of what is thrown say which, why not, and what to do. */
    static byte[] bytes(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder; name a file");
        }
        try {
            if (Files.size(file) <= BYTES_MAX) {
                return Files.readAllBytes(file);
            }
        } catch (IOException e) {
            throw new IOException(file + " " + unreadable(e), e);
        }
        throw new IOException(file + " is larger than " + (BYTES_MAX >> 20) + " MiB");
    }

    /** As a continuation of the file's name. */
    static String unreadable(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "is not there; put it there, or correct the path";
        }
        if (failure instanceof AccessDeniedException) {
            return "may not be read by user " + System.getProperty("user.name")
                    + " (permission denied); change its owner or mode, or that of a folder above it";
        }
        String reason = failure instanceof FileSystemException system ? system.getReason() : failure.getMessage();
        return "cannot be read: " + (reason == null ? failure.toString() : reason);
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        byte[] content = bytes(file);
        boolean isKey = new String(content, StandardCharsets.ISO_8859_1).contains("PRIVATE KEY-----");
        String missing = file + " holds no certificate; "
                + (isKey
                        ? "it holds a key: are certificate and key swapped?"
                        : "it begins with -----BEGIN CERTIFICATE-----");
        try {
            List<X509Certificate> all =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(content))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (all.isEmpty()) {
                throw new IOException(missing);
            }
            return all;
        } catch (CertificateException e) {
            throw new IOException(missing + " (" + e.getMessage() + ")", e);
        }
    }

    private static List<X509CRL> crls(Path file) throws IOException {
        // Nothing revoked is a list without entries; a file without a list is a mistake.
        String missing = file + " holds no revocation list; it begins with -----BEGIN X509 CRL-----, or is DER";
        byte[] content = bytes(file);
        try {
            List<X509CRL> all =
                    CertificateFactory.getInstance("X.509").generateCRLs(new ByteArrayInputStream(content)).stream()
                            .map(X509CRL.class::cast)
                            .toList();
            if (all.isEmpty()) {
                throw new IOException(missing);
            }
            return all;
        } catch (GeneralSecurityException e) {
            throw new IOException(missing + " (" + e.getMessage() + ")", e);
        }
    }

    /** Files are replaced one after the other: in between they must not be taken for a pair. */
    private static boolean belongTogether(PrivateKey key, X509Certificate certificate) {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "EdDSA";
                };
        byte[] something = {1, 2, 3};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(something);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(something);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // a key of another algorithm
        }
    }
}
