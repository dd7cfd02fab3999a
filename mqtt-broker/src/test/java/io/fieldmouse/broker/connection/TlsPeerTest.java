package io.fieldmouse.broker.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** What is told of a handshake that failed. */
class TlsPeerTest {

    @Test
    void whatAClientWithoutTlsSentIsNotToldToTheLog() {
        String sent = ByteBufUtil.hexDump("CONNECT with a password".getBytes(StandardCharsets.UTF_8));
        Throwable failure = new DecoderException(new NotSslRecordException("not an SSL/TLS record: " + sent));
        assertEquals("the client does not speak TLS", TlsPeer.words(failure));
    }

    @Test
    void revokedAndExpiredAndForeignCertificatesAreToldApart() {
        assertEquals("the client's certificate: it is revoked", words(BasicReason.REVOKED));
        assertEquals("the client's certificate: it has expired", words(BasicReason.EXPIRED));
        assertEquals(
                "the client's certificate is of no authority that is trusted here",
                TlsPeer.words(failed(new CertPathBuilderException("unable to find a path"))));
    }

    @Test
    void whoLeavesIsNotAFaultOfTls() {
        assertEquals(
                "the client left in the middle of the handshake; does it trust the broker's certificate?",
                TlsPeer.words(new ClosedChannelException()));
    }

    private static String words(BasicReason reason) {
        return TlsPeer.words(failed(new CertPathValidatorException("no", null, null, -1, reason)));
    }

    private static Throwable failed(Exception cause) {
        SSLHandshakeException failure = new SSLHandshakeException("failed");
        failure.initCause(cause);
        return failure;
    }
}
