package io.fieldmouse.broker.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The test's certificates, of {@code src/test/resources/tls}, and sockets that show them. */
public final class TlsIdentity {
    private static final char[] NO_PASSWORD = {};

    private TlsIdentity() {}

    /** A file of the tests' certificates and keys. */
    public static Path file(String name) {
        try {
            return Path.of(TlsIdentity.class.getResource("/tls/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A socket that trusts the test's authority and has not yet shaken hands. */
    public static SSLSocket socket(int port, @Nullable String client) {
        try {
            return socket(new Socket(InetAddress.getLoopbackAddress(), port), client);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SSLSocket socket(Socket connected, @Nullable String client) {
        try {
            KeyStore trusted = store();
            trusted.setCertificateEntry("ca", certificate("ca.pem"));
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            KeyStore own = store();
            if (client != null) {
                own.setKeyEntry(client, key(client), NO_PASSWORD, new Certificate[] {certificate(client + ".pem")});
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(own, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(client == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
            SSLSocket socket = (SSLSocket)
                    context.getSocketFactory().createSocket(connected, "127.0.0.1", connected.getPort(), true);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) RawClient.DEADLINE.toMillis());
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #socket}, as a line. It shakes hands when it is first used. */
    public static SocketLine line(int port, @Nullable String client) {
        return new SocketLine(socket(port, client));
    }

    /** As {@link #line(int, String)}, over a connection that is there already. */
    public static SocketLine line(Socket connected, @Nullable String client) {
        return new SocketLine(socket(connected, client));
    }

    private static KeyStore store() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static Certificate certificate(String name) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(file(name))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static PrivateKey key(String name) throws GeneralSecurityException, IOException {
        String pem = Files.readString(file(name + ".key")).replaceAll("-----.*", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
    }
}
