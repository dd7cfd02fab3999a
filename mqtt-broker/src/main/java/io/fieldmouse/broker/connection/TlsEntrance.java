package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.connection.TlsTerms.Flaw;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS at a listener. Its two threads do what would hold up a lane: the arithmetic of handshakes, and looking after the
 * files. When those have changed and belong together, new connections meet the new ones, and clients whose certificate
 * they no longer trust are closed; until then, what was read before goes on to serve.
 */
final class TlsEntrance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TlsEntrance.class);
    private static final int THREADS = 2;

    /** For a client to take the news that TLS ends here. */
    private static final Duration CLOSE_NOTIFY_MAX = Duration.ofSeconds(1);

    private final String listener;
    private final TlsTerms terms;
    private final Duration handshakeMax;
    private final WallClock clock;
    private final ScheduledThreadPoolExecutor threads;
    private volatile TlsMaterial material;
    private List<Stamp> stamps;
    private List<Flaw> outdated = List.of();

    /** A file as it was; a replaced file has another key though it may be of the same time and size. */
    private record Stamp(@Nullable FileTime changed, long bytes, @Nullable Object key) {
        static Stamp of(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
            } catch (IOException e) {
                return new Stamp(null, 0, null);
            }
        }
    }

    /** @throws IOException when the files cannot be used; the words say which and why */
    TlsEntrance(String listener, TlsTerms terms, Duration handshakeMax, WallClock clock) throws IOException {
        this.listener = listener;
        this.clock = clock;
        this.terms = terms;
        this.handshakeMax = handshakeMax;
        this.stamps = stamps();
        this.material = TlsMaterial.read(terms);
        this.threads = new ScheduledThreadPoolExecutor(THREADS, task -> {
            Thread thread = new Thread(task, "tls-" + listener);
            thread.setDaemon(true);
            return thread;
        });
        announce();
    }

    private List<Stamp> stamps() {
        return Stream.of(terms.certificate(), terms.key(), terms.ca(), terms.crl())
                .filter(Objects::nonNull)
                .map(Stamp::of)
                .toList();
    }

    private void announce() {
        X509Certificate certificate = material.certificate();
        LOG.info(
                "TLS listener={} certificate=\"{}\" until={}",
                listener,
                certificate.getSubjectX500Principal(),
                certificate.getNotAfter().toInstant());
        outdated = List.of();
        tellOutdated();
    }

    /** When it comes to be so, and again with new files: a certificate also expires while nobody touches anything. */
    private void tellOutdated() {
        List<Flaw> now = material.outdated(Instant.ofEpochMilli(clock.millis()));
        if (!now.equals(outdated)) {
            outdated = now;
            now.forEach(flaw -> LOG.warn("TLS listener={}: {}", listener, flaw.words()));
        }
    }

    /** Looks after the files from now on. */
    void watch(Duration interval, Iterable<Channel> connections) {
        threads.scheduleWithFixedDelay(
                () -> {
                    try {
                        lookAgain(connections);
                    } catch (RuntimeException e) {
                        LOG.error("TLS listener={}: looking after the files failed", listener, e);
                    }
                },
                interval.toNanos(),
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private void lookAgain(Iterable<Channel> connections) {
        List<Stamp> now = stamps();
        if (now.equals(stamps)) {
            tellOutdated();
            return;
        }
        stamps = now;
        try {
            material = TlsMaterial.read(terms);
        } catch (IOException e) {
            LOG.error(
                    "TLS listener={}: files have changed and cannot be used, so those of before still serve: {}",
                    listener,
                    e.getMessage());
            return;
        }
        announce();
        closeUntrusted(connections);
    }

    private void closeUntrusted(Iterable<Channel> connections) {
        for (Channel connection : connections) {
            X509Certificate[] chain = TlsPeer.certificates(connection);
            String objection = chain == null ? null : material.objection(chain);
            PacketHandler handler = connection.pipeline().get(PacketHandler.class);
            if (objection != null && handler != null) {
                handler.closeUntrusted("no longer trusted: " + objection);
            }
        }
    }

    /** Puts TLS into the way of a connection that begins now, and above it who looks at how the handshake ends. */
    void addTo(ChannelPipeline pipeline, Caller caller, Counters counters) {
        TlsMaterial begun = material;
        SslHandler handler = begun.context().newHandler(pipeline.channel().alloc(), threads);
        handler.setHandshakeTimeoutMillis(handshakeMax.toMillis());
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MAX.toMillis());
        pipeline.addLast("tls", handler);
        pipeline.addLast("peer", new TlsPeer(caller, this, begun, counters));
    }

    /**
     * Why a client is not let in by what is current now, though the handshake that it began by other files has just let
     * it in; null when it is. Whoever closes those that are no longer trusted sees the certificates of a handshake only
     * once it has ended: one that has not ended then finds here what is current, as that is set first.
     */
    @Nullable
    String objection(TlsMaterial begun, X509Certificate[] chain) {
        TlsMaterial now = material;
        return now == begun ? null : now.objection(chain);
    }

    TlsTerms terms() {
        return terms;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
