package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.connection.TlsTerms.Flaw;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
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
    private final TlsFiles files;
    private final @Nullable X509TrustManager trust;

    private TlsMaterial(SslContext context, TlsFiles files, @Nullable X509TrustManager trust) {
        this.context = context;
        this.files = files;
        this.trust = trust;
    }

    /** @throws IOException with words that name the file, when one is missing or wrong or they do not belong together */
    static TlsMaterial read(TlsTerms terms) throws IOException {
        TlsFiles files = TlsFiles.read(terms);
        if (!files.flaws().isEmpty()) {
            throw new IOException(files.flaws().stream().map(Flaw::words).collect(Collectors.joining("; ")));
        }
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(files.key(), files.chain())
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOLS);
            X509TrustManager trust = terms.ca() == null ? null : trust(files);
            if (trust != null) {
                builder.trustManager(trust);
            }
            return new TlsMaterial(builder.clientAuth(clientAuth(terms)).build(), files, trust);
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

    /** Who trusts what this authority has issued and not revoked. Asks nobody on the network. */
    private static X509TrustManager trust(TlsFiles files) throws GeneralSecurityException {
        Set<TrustAnchor> anchors = files.authorities().stream()
                .map(certificate -> new TrustAnchor(certificate, null))
                .collect(Collectors.toSet());
        PKIXBuilderParameters rules = new PKIXBuilderParameters(anchors, new X509CertSelector());
        boolean revocations = !files.revocations().isEmpty();
        rules.setRevocationEnabled(revocations);
        if (revocations) {
            rules.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(files.revocations())));
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

    SslContext context() {
        return context;
    }

    /** The broker's own. */
    X509Certificate certificate() {
        return files.chain().get(0);
    }

    /** What of it can be used, but not at this time. */
    List<Flaw> outdated(Instant now) {
        return files.outdated(now);
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
            return TlsPeer.words(e);
        }
    }
}
