package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.connection.TlsTerms;
import io.fieldmouse.broker.connection.TlsTerms.ClientCertificates;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.SocketLine;
import io.fieldmouse.broker.wire.TlsIdentity;
import io.fieldmouse.broker.wire.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TLS: who is let in, and what happens when its files change. */
@OneLaneAndFour
@SuppressWarnings("NullAway.Init") // JUnit calls startBroker
class TlsTest extends BrokerTestBase {
    private Path certificate;
    private Path key;
    private Path crl;

    @Override
    @BeforeEach
    void startBroker() {
        certificate = directory.resolve("broker.pem");
        key = directory.resolve("broker.key");
        crl = directory.resolve("list.pem");
        replace("server.pem", certificate);
        replace("server.key", key);
        replace("crl-none.pem", crl);
        broker = startWith("connect_timeout_seconds", "2");
    }

    private TestBroker startWith(String setting, String value) {
        Path ca = TlsIdentity.file("ca.pem");
        ListenerConfig port = ListenerConfig.tcp("open", "127.0.0.1", 0);
        return TestBroker.start(
                TestBroker.config(directory.resolve("data"), lanes, "tls_files_check_seconds", "1", setting, value)
                        .withListener(port.with(TlsTerms.of(certificate, key)))
                        .withListener(ListenerConfig.tcp("guarded", "127.0.0.1", 0)
                                .with(BrokerSetting.ANONYMOUS, "never") // so that who is served has a name
                                .with(new TlsTerms(certificate, key, ca, crl, ClientCertificates.REQUIRED, true)))
                        .withListener(ListenerConfig.tcp("either", "127.0.0.1", 0)
                                .with(new TlsTerms(certificate, key, ca, null, ClientCertificates.OPTIONAL, false))));
    }

    /** As careful people replace files: at once. */
    private static void replace(String from, Path to) {
        try {
            Path written = to.resolveSibling("written");
            Files.copy(TlsIdentity.file(from), written, StandardCopyOption.REPLACE_EXISTING);
            Files.move(written, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RawClient at(String listener, @Nullable String identity) {
        return broker.keep(new RawClient(TlsIdentity.line(broker.broker().port(listener), identity), 5));
    }

    private void expectServed(String listener, @Nullable String identity) {
        at(listener, identity)
                .connected(Connect.as(5, listener + "-" + identity))
                .expectSilence();
    }

    private void expectRefused(String listener, @Nullable String identity) {
        long before = broker.count(Counter.REFUSED_TLS_HANDSHAKE);
        RawClient client = at(listener, identity);
        client.send(Connect.as(5, "refused").bytes());
        client.expectClosed();
        await("it is counted", () -> broker.count(Counter.REFUSED_TLS_HANDSHAKE) == before + 1);
    }

    /** Who the broker says it is to somebody who connects now. */
    private String subject() {
        try (SSLSocket socket = TlsIdentity.socket(broker.broker().port("open"), null)) {
            socket.startHandshake();
            return socket.getSession().getPeerPrincipal().getName();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void bothVersionsAreSpokenAndNoOlderOne() throws IOException {
        for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            try (SSLSocket socket = TlsIdentity.socket(broker.broker().port("open"), null)) {
                socket.setEnabledProtocols(new String[] {version});
                socket.startHandshake();
                assertEquals(version, socket.getSession().getProtocol());
            }
        }
    }

    @Test
    void handsAreShakenOnce() throws IOException {
        try (SSLSocket socket = TlsIdentity.socket(broker.broker().port("open"), null)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.getOutputStream().write(Connect.as(4, "again").bytes());
            assertEquals(4, socket.getInputStream().readNBytes(4).length);
            socket.startHandshake();
            int answer;
            try {
                socket.getOutputStream().write(Wire.packet(Wire.PINGREQ));
                answer = socket.getInputStream().read();
            } catch (SSLException | SocketException e) {
                answer = -1;
            }
            assertEquals(-1, answer);
        }
    }

    @Test
    void clientsAreLetInByTheirCertificate() {
        expectServed("open", null);
        expectServed("guarded", "client");
        expectServed("either", null);
        expectServed("either", "client");
        expectServed("either", "nameless"); // its name is not asked for
        expectRefused("guarded", null);
        expectRefused("guarded", "expired");
        expectRefused("guarded", "stranger-ca");
        expectRefused("guarded", "nameless");
        expectRefused("guarded", "wild");
    }

    @Test
    void certificateThatMayBeShownIsACredentialWhereNobodyIsNameless() {
        broker.close();
        TlsTerms optional =
                new TlsTerms(certificate, key, TlsIdentity.file("ca.pem"), null, ClientCertificates.OPTIONAL, true);
        broker = TestBroker.start(TestBroker.config(directory.resolve("data"), lanes)
                .withListener(ListenerConfig.tcp("named", "0.0.0.0", 0)
                        .with(BrokerSetting.ANONYMOUS, "never")
                        .with(optional)));
        expectServed("named", "client");
        assertEquals(0x87, at("named", null).connect(Connect.as(5, "nobody")).reason());
    }

    @Test
    void theUserOfACertificateHoldsItsClientIdAlsoAfterARestart() {
        at("guarded", "client").connected(Connect.as(5, "id").durable()).disconnect();
        broker.restart();
        RawClient nameless = at("open", null);
        assertEquals(0x87, nameless.connect(Connect.as(5, "id")).reason());
        assertEquals(1, broker.count(Counter.REFUSED_ANOTHERS_ID));
        assertTrue(
                at("guarded", "client").connect(Connect.as(5, "id").durable()).sessionPresent());
    }

    @Test
    void whoSpeaksNoTlsIsClosedAndCounted() throws IOException {
        RawClient plain =
                broker.keep(new RawClient(SocketLine.to(broker.broker().port("open")), 4));
        plain.send(Connect.as(4, "plain").bytes());
        assertTrue(endsWithoutMqtt(plain));
        await("it is counted", () -> broker.count(Counter.REFUSED_TLS_HANDSHAKE) == 1);
        RawClient silent =
                broker.keep(new RawClient(SocketLine.to(broker.broker().port("open")), 4));
        silent.expectClosed();
        RawClient encrypted = broker.keep(new RawClient(TlsIdentity.line(broker.port(), null), 4));
        encrypted.send(Connect.as(4, "encrypted").bytes());
        encrypted.expectClosed();
    }

    /** What comes first, if anything, is an alert of TLS. */
    private static boolean endsWithoutMqtt(RawClient client) {
        var first = client.receiveUnlessClosed();
        return first == null || first.type() != PacketType.CONNACK;
    }

    @Test
    void newCertificateIsServedWithoutARestartAndAHalfReplacedOneIsNot() {
        RawClient before = at("open", null).connected(Connect.as(5, "before"));
        assertFalse(subject().contains("second"));
        replace("server2.pem", certificate); // without its key yet
        // Longer than until the files are looked at: nobody is refused meanwhile.
        for (long looked = System.nanoTime() + 2_500_000_000L; System.nanoTime() < looked; ) {
            expectServed("open", null);
        }
        assertFalse(subject().contains("second"));
        replace("server2.key", key);
        await("the new one is served", () -> subject().contains("second"));
        before.expectSilence();
        expectServed("open", null);
    }

    @Test
    void clientWhoseCertificateIsRevokedIsClosedAndNotLetInAgain() {
        RawClient stolen = at("guarded", "revoked").connected(Connect.as(5, "stolen"));
        RawClient other = at("guarded", "client").connected(Connect.as(5, "other"));
        replace("crl.pem", crl);
        assertEquals(0x87, stolen.expect(PacketType.DISCONNECT).reason());
        stolen.expectEnd();
        expectRefused("guarded", "revoked");
        other.expectSilence();
        replace("server.key", crl); // no list at all: what was known stays known
        expectServed("guarded", "client");
        expectRefused("guarded", "revoked");
        replace("crl-none.pem", crl);
        await("it is forgiven", () -> {
            RawClient again = at("guarded", "revoked");
            again.send(Connect.as(5, "stolen").bytes());
            return again.receiveUnlessClosed() != null;
        });
    }

    /** Its connection was accepted by what was current then: by that the handshake itself goes on. */
    @Test
    void handshakeThatAReloadFallsIntoIsJudgedByTheNewFiles() {
        broker.close();
        broker = startWith("connect_timeout_seconds", "60");
        Socket begunByThief = socketTo("guarded");
        Socket begunByOther = socketTo("guarded");
        await("both are accepted", () -> broker.count(Counter.CONNECTIONS_ACCEPTED) == 2);
        RawClient connected = at("guarded", "revoked").connected(Connect.as(5, "connected"));
        replace("crl.pem", crl);
        assertEquals(0x87, connected.expect(PacketType.DISCONNECT).reason()); // the new list is in force
        RawClient thief = broker.keep(new RawClient(TlsIdentity.line(begunByThief, "revoked"), 5));
        thief.send(Connect.as(5, "thief").bytes());
        thief.expectClosed();
        await("it is counted", () -> broker.count(Counter.REFUSED_TLS_HANDSHAKE) == 1);
        broker.keep(new RawClient(TlsIdentity.line(begunByOther, "client"), 5))
                .connected(Connect.as(5, "other"))
                .expectSilence();
    }

    private Socket socketTo(String listener) {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), broker.broker().port(listener));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whoIsRefusedBeforeTheHandshakeIsCountedOnce() {
        broker.close();
        broker = startWith("connections_max", "1");
        RawClient first = at("open", null).connected(Connect.as(5, "first"));
        for (int i = 0; i < 4; i++) {
            RawClient more = at("open", null);
            more.send(Connect.as(5, "more").bytes());
            more.expectClosed();
        }
        first.disconnect();
        await("there is room again", () -> {
            RawClient next = at("open", null);
            next.send(Connect.as(5, "next").bytes());
            return next.receiveUnlessClosed() != null;
        });
        long full = broker.count(Counter.REFUSED_CONNECTIONS_FULL);
        assertTrue(full >= 4);
        assertEquals(full, broker.count(Counter.CONNECTIONS_REFUSED));
        assertEquals(0, broker.count(Counter.REFUSED_TLS_HANDSHAKE));
    }

    @Test
    void listInDerIsReadToo() {
        replace("crl.der", crl);
        await("it is read", () -> {
            RawClient client = at("guarded", "revoked");
            client.send(Connect.as(5, "stolen").bytes());
            return client.receiveUnlessClosed() == null;
        });
        expectServed("guarded", "client");
    }

    @Test
    void keysAreTakenInEveryFormInWhichTheyAreWritten() throws IOException {
        String[][] pairs = {
            {"server.pem", "ec-sec1.key"},
            {"server2.pem", "rsa-pkcs1.key"},
            {"server2.pem", "server2.key"},
            {"ed.pem", "ed.key"}
        };
        for (String[] pair : pairs) {
            TlsTerms terms = TlsTerms.of(TlsIdentity.file(pair[0]), TlsIdentity.file(pair[1]));
            BrokerConfig config = TestBroker.config(directory.resolve(pair[1]), 1)
                    .withListener(ListenerConfig.tcp("tls", "127.0.0.1", 0).with(terms));
            try (TestBroker other = TestBroker.start(config);
                    SSLSocket socket = TlsIdentity.socket(other.broker().port("tls"), null)) {
                socket.startHandshake();
            }
        }
    }

    @Test
    void filesThatCannotBeUsedAreToldByName() {
        expectFlaw("server.pem", "locked.key", "openssl pkey");
        expectFlaw("server.pem", "locked-pkcs1.key", "openssl pkey");
        expectFlaw("server.pem", "server2.key", "is not the key");
        expectFlaw("server2.pem", "server.key", "is not the key");
        expectFlaw("server.key", "server.key", "no certificate");
        expectFlaw("server.pem", "server.pem", "no private key");
        TlsTerms missing = TlsTerms.of(directory.resolve("nowhere.pem"), key);
        expectFlaw(missing, "nowhere.pem is not there");
        Path ca = TlsIdentity.file("ca.pem");
        expectFlaw(new TlsTerms(certificate, key, key, null, ClientCertificates.REQUIRED, true), "no certificate");
        expectFlaw(new TlsTerms(certificate, key, ca, ca, ClientCertificates.REQUIRED, true), "no revocation list");
    }

    private static void expectFlaw(String certificate, String key, String words) {
        expectFlaw(TlsTerms.of(TlsIdentity.file(certificate), TlsIdentity.file(key)), words);
    }

    private static void expectFlaw(TlsTerms terms, String words) {
        ListenerConfig listener = ListenerConfig.tcp("tls", "127.0.0.1", 0).with(terms);
        BrokerConfig config = BrokerConfig.defaults().with("port", "0").withListener(listener);
        BrokerStartException refusal = assertThrows(
                BrokerStartException.class, () -> Broker.start(config).close());
        assertTrue(String.valueOf(refusal.getMessage()).contains(words), refusal::getMessage);
    }
}
