package io.fieldmouse.broker.connection;

import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * How much of one connection's socket is read at once. It grows while the reads come back full, and shrinks when they
 * do not.
 *
 * <p>Its surprise: this bounds memory that nobody else sees. Where a packet, a TLS record or a WebSocket frame ends in
 * the middle of a read, what has come of the next one keeps all of that read in memory until the rest follows. Strangers,
 * of whom there may be thousands, are therefore read in small pieces.
 */
final class ReadSize extends DefaultMaxMessagesRecvByteBufAllocator {
    /** Netty's default for sockets, which is not taken over by an allocator that is set later. */
    private static final int READS_IN_TURN_MAX = 16;

    private static final int BYTES_MIN = 512;
    private static final int STRANGER_BYTES_MAX = 2 * 1024;
    private static final int BYTES_MAX = 64 * 1024;

    /** As large as a TLS record: more of it than that could wait below the framer, which counts what waits in it. */
    private static final int ENVELOPED_BYTES_MAX = 16 * 1024;

    private final int knownBytesMax;
    private int bytesMax = STRANGER_BYTES_MAX;

    /** @param enveloped whether TLS or WebSocket stands between the socket and the framer */
    ReadSize(boolean enveloped) {
        super(READS_IN_TURN_MAX);
        this.knownBytesMax = enveloped ? ENVELOPED_BYTES_MAX : BYTES_MAX;
    }

    /** The client's CONNECT is accepted. */
    void welcome() {
        bytesMax = knownBytesMax;
    }

    @Override
    public MaxMessageHandle newHandle() {
        return new Growing();
    }

    private final class Growing extends MaxMessageHandle {
        private int bytes = STRANGER_BYTES_MAX;
        private boolean wasLow;

        @Override
        public int guess() {
            return bytes;
        }

        @Override
        public void lastBytesRead(int count) {
            super.lastBytesRead(count);
            if (count == attemptedBytesRead()) {
                bytes = Math.min(2 * bytes, bytesMax);
            }
        }

        @Override
        public void readComplete() {
            boolean isLow = totalBytesRead() < bytes / 4;
            if (isLow && wasLow) {
                bytes = Math.max(bytes / 2, BYTES_MIN);
            }
            wasLow = isLow;
        }
    }
}
