package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands above TLS: hears how the handshake ended, and tells upwards whose certificate the client has shown. Its
 * surprise: a handshake that succeeded may still be refused, when the files have changed while it went on.
 */
final class TlsPeer extends ChannelDuplexHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TlsPeer.class);
    private static final int NAME_CHARS_MAX = 256;

    private final Caller caller;
    private final TlsEntrance entrance;
    private final TlsMaterial begun;
    private final Counters counters;
    private boolean failed;
    private boolean closedFromAbove;

    /** What goes up the pipeline when a client is known by its certificate. */
    record CertificateUser(String name) {}

    /** @param begun by which the handshake goes on, whatever is read meanwhile */
    TlsPeer(Caller caller, TlsEntrance entrance, TlsMaterial begun, Counters counters) {
        this.caller = caller;
        this.entrance = entrance;
        this.begun = begun;
        this.counters = counters;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
            ctx.fireUserEventTriggered(event);
        } else if (!handshake.isSuccess()) {
            fail(ctx, words(handshake.cause()));
        } else {
            judge(ctx);
        }
    }

    private void judge(ChannelHandlerContext ctx) {
        X509Certificate[] chain = certificates(ctx.channel());
        if (chain == null) {
            return; // it need not show one
        }
        String objection = entrance.objection(begun, chain);
        if (objection != null) {
            fail(ctx, objection);
        } else if (entrance.terms().userFromCertificate()) {
            identify(ctx, chain[0]);
        }
    }

    private void identify(ChannelHandlerContext ctx, X509Certificate certificate) {
        String name = commonName(certificate.getSubjectX500Principal());
        if (name == null) {
            fail(ctx, "the certificate has no common name that could be a user name");
        } else {
            ctx.fireUserEventTriggered(new CertificateUser(name));
        }
    }

    private void fail(ChannelHandlerContext ctx, String words) {
        // Whoever closed it from above has counted why: that the handshake did not end is no news then.
        if (!failed && !closedFromAbove) {
            failed = true;
            counters.add(Counter.REFUSED_TLS_HANDSHAKE);
            LOG.info("refusing {} detail=\"TLS: {}\"", caller, Caller.printable(words));
            ctx.close();
        }
    }

    /**
     * What was wrong, in words of our own where the library's would hold what the client sent: whoever takes this for a
     * listener without TLS begins with its password.
     */
    static String words(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotSslRecordException) {
                return "the client does not speak TLS";
            }
            if (cause instanceof ClosedChannelException) {
                return "the client left in the middle of the handshake; does it trust the broker's certificate?";
            }
            if (cause instanceof CertPathValidatorException invalid) {
                return "the client's certificate: " + words(invalid);
            }
            if (cause instanceof CertPathBuilderException && cause.getCause() == null) {
                return "the client's certificate is of no authority that is trusted here";
            }
        }
        Throwable told =
                failure instanceof DecoderException && failure.getCause() != null ? failure.getCause() : failure;
        return Objects.requireNonNullElse(told.getMessage(), told.getClass().getSimpleName());
    }

    private static String words(CertPathValidatorException invalid) {
        CertPathValidatorException.Reason reason = invalid.getReason();
        if (reason == BasicReason.REVOKED) {
            return "it is revoked";
        }
        if (reason == BasicReason.EXPIRED) {
            return "it has expired";
        }
        if (reason == BasicReason.UNDETERMINED_REVOCATION_STATUS) {
            return "nobody says whether it is revoked; is the revocation list past its next update?";
        }
        return String.valueOf(invalid.getMessage());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (failed) {
            ReferenceCountUtil.release(msg);
        } else {
            ctx.fireChannelRead(msg);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        closedFromAbove = true;
        ctx.close(promise);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
            // Before the handshake's end it is told as its event; later it is a client that breaks the rules of TLS.
            if (!failed) {
                LOG.debug("closing {} detail=\"broke TLS: {}\"", caller, Caller.printable(words(cause)));
            }
            ctx.close();
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    /** What a client has shown; null for nothing, or no TLS. For any thread. */
    static X509Certificate @Nullable [] certificates(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        try {
            return tls == null
                    ? null
                    : (X509Certificate[]) tls.engine().getSession().getPeerCertificates();
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** The most specific one; null when there is none, or one that cannot be a user name. */
    static @Nullable String commonName(X500Principal subject) {
        try {
            List<Rdn> parts = new LdapName(subject.getName(X500Principal.RFC2253)).getRdns();
            for (int i = parts.size() - 1; i >= 0; i--) { // the last is the most specific
                Attribute name = parts.get(i).toAttributes().get("cn");
                if (name != null) {
                    return name.get() instanceof String text && isUserName(text) ? text : null;
                }
            }
            return null;
        } catch (NamingException e) {
            return null;
        }
    }

    /** Neither a line of the log nor a pattern of topics becomes another one by it. */
    private static boolean isUserName(String text) {
        return !text.isEmpty()
                && text.length() <= NAME_CHARS_MAX
                && text.codePoints().noneMatch(c -> Character.isISOControl(c) || c == '#' || c == '+' || c == '/');
    }
}
