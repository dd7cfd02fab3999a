package io.fieldmouse.broker.connection;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** What was read from a listener's TLS files at one time, and found to belong together. Immutable. */
final class TlsMaterial {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /** Java's own switch, for the whole process; read when the first connection is made. */
    private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    static {
        // In TLS 1.2 a client may shake hands again and again, each time with another certificate or none: it would no
        // longer be the one that was let in, and each time costs as much as a connection.
        if (System.getProperty(NO_RENEGOTIATION) == null) {
            System.setProperty(NO_RENEGOTIATION, "true");
        }
    }

    private final SslContext context;
    private final X509Certificate certificate;
    private final @Nullable X509TrustManager trust;

    private TlsMaterial(SslContext context, X509Certificate certificate, @Nullable X509TrustManager trust) {
        this.context = context;
        this.certificate = certificate;
        this.trust = trust;
    }

    /** @throws IOException with words that name the file, when one is missing or wrong or they do not belong together */
    static TlsMaterial read(TlsTerms terms) throws IOException {
        try {
            PrivateKey key = PrivateKeyFile.read(terms.key());
            List<X509Certificate> chain = certificates(terms.certificate());
            if (!belongTogether(key, chain.get(0))) {
                throw new IOException(
                        terms.key() + " is not the key of the first certificate in " + terms.certificate());
            }
            SslContextBuilder builder = SslContextBuilder.forServer(key, chain)
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOLS);
            Path ca = terms.ca();
            X509TrustManager trust = ca == null ? null : trust(ca, terms.crl());
            if (trust != null) {
                builder.trustManager(trust);
            }
            return new TlsMaterial(builder.clientAuth(clientAuth(terms)).build(), chain.get(0), trust);
        } catch (NoSuchFileException e) {
            throw new IOException(e.getFile() + " is not there", e);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS with " + terms.certificate() + ": " + e.getMessage(), e);
        }
    }

    private static ClientAuth clientAuth(TlsTerms terms) {
        return switch (terms.clientCertificates()) {
            case NONE -> ClientAuth.NONE;
            case OPTIONAL -> ClientAuth.OPTIONAL;
            case REQUIRED -> ClientAuth.REQUIRE;
        };
    }

    private static List<X509Certificate> certificates(Path file) throws IOException, CertificateException {
        try {
            List<X509Certificate> all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (all.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return all;
        } catch (CertificateException e) {
            throw new IOException(file + " holds no certificate that can be read: " + e.getMessage(), e);
        }
    }

    /** Files are replaced one after the other: in between they must not be taken for a pair. */
    private static boolean belongTogether(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "EdDSA";
                };
        byte[] something = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(something);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(certificate.getPublicKey());
            signature.update(something);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // a key of another algorithm
        }
    }

    /** Who trusts what this authority has issued and not revoked. Asks nobody on the network. */
    private static X509TrustManager trust(Path ca, @Nullable Path crl) throws IOException, GeneralSecurityException {
        Set<TrustAnchor> anchors = certificates(ca).stream()
                .map(certificate -> new TrustAnchor(certificate, null))
                .collect(Collectors.toSet());
        PKIXBuilderParameters rules = new PKIXBuilderParameters(anchors, new X509CertSelector());
        rules.setRevocationEnabled(crl != null);
        if (crl != null) {
            rules.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls(crl))));
            PKIXRevocationChecker checker =
                    (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(
                    EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
            rules.addCertPathChecker(checker);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(rules));
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("this Java trusts no certificates");
    }

    private static Collection<? extends CRL> crls(Path file) throws IOException, GeneralSecurityException {
        Collection<? extends CRL> all;
        try {
            all = CertificateFactory.getInstance("X.509")
                    .generateCRLs(new ByteArrayInputStream(Files.readAllBytes(file)));
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds no revocation list that can be read: " + e.getMessage(), e);
        }
        if (all.isEmpty()) {
            // Nothing revoked is a list without entries; a file without a list is a mistake.
            throw new IOException(file + " holds no revocation list");
        }
        return all;
    }

    SslContext context() {
        return context;
    }

    /** The broker's own. */
    X509Certificate certificate() {
        return certificate;
    }

    /** Why a client with these certificates would not be let in now; null when it would. */
    @Nullable
    String objection(X509Certificate[] chain) {
        if (trust == null) {
            return null;
        }
        try {
            trust.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            return null;
        } catch (CertificateException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
