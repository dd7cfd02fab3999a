package io.fieldmouse.edge.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * One MQTT 3.1.1 client of a {@link LoadGenerator}: it writes bytes made beforehand, and counts what comes. Of what it
 * receives it looks at fixed headers and packet ids only, so that the broker is the limit and not its measure.
 */
public final class LoadClient {
    private static final int IN_BYTES = 64 * 1024;
    private static final int OUT_BYTES = 16 * 1024;

    /** Odd sizes for {@link #chop}: none of them is a packet's. */
    private static final int[] PIECE_BYTES = {1, 2, 3, 5, 7, 11, 13, 17, 29, 37};

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Tally tally;
    private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES);
    private ByteBuffer out = ByteBuffer.allocate(OUT_BYTES);
    private boolean chopped;
    private int pieces;
    private int nextPacketId = 1;

    /** What several clients have seen, all of them on one thread. */
    public static final class Tally {
        /** PUBLISH packets. */
        public long delivered;

        /** PUBACK and PUBCOMP packets. */
        public long acknowledged;

        /** Answers to CONNECT, SUBSCRIBE and PINGREQ. */
        public long answers;

        /** Connections that the broker has closed. */
        public long closed;
    }

    LoadClient(Selector selector, int port, Tally tally) throws IOException {
        this.tally = tally;
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** From now on it writes no more than a few bytes at once. */
    public void chop() {
        chopped = true;
    }

    /** Puts a packet behind those that are to be sent. */
    public void send(byte[] packet) {
        if (out.remaining() < packet.length) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(2 * out.capacity(), out.position() + packet.length));
            out = larger.put(out.flip());
        }
        out.put(packet);
    }

    /** {@link #send} with a packet id of its own, at this place of the packet. */
    public void send(byte[] packet, int packetIdAt) {
        send(packet);
        out.putShort(out.position() - packet.length + packetIdAt, (short) nextPacketId);
        nextPacketId = nextPacketId % 65_535 + 1;
    }

    /** What waits to be written, as far as the socket takes it. */
    void flush() throws IOException {
        if (out.position() == 0 || !channel.isOpen()) {
            return;
        }
        out.flip();
        int end = out.limit();
        if (chopped) {
            out.limit(Math.min(end, PIECE_BYTES[pieces++ % PIECE_BYTES.length]));
        }
        channel.write(out);
        out.limit(end);
        out.compact();
        key.interestOps(out.position() > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    void read() throws IOException {
        int count = channel.read(in);
        if (count < 0) {
            tally.closed++;
            close();
            return;
        }
        in.flip();
        while (takePacket()) {
            // as many as are whole
        }
        in.compact();
    }

    /**
     * <pre>
     * type and flags | remaining length, 1 to 4 bytes | body
     * </pre>
     */
    private boolean takePacket() {
        int length = 0;
        int at = in.position() + 1;
        int octet = 0x80;
        for (int shift = 0; (octet & 0x80) != 0; shift += 7) {
            if (at >= in.limit()) {
                return false;
            }
            octet = in.get(at++);
            length |= (octet & 0x7F) << shift;
        }
        if (in.limit() - at < length) {
            return false;
        }
        take(in.get(in.position()) & 0xFF, at);
        in.position(at + length);
        return true;
    }

    private void take(int firstByte, int body) {
        switch (firstByte >> 4) {
            case 3 -> {
                tally.delivered++;
                int qos = firstByte >> 1 & 3;
                if (qos > 0) {
                    reply(qos == 1 ? 0x40 : 0x50, body + 2 + in.getShort(body));
                }
            }
            case 4, 7 -> tally.acknowledged++;
            case 5 -> reply(0x62, body);
            case 6 -> reply(0x70, body);
            default -> tally.answers++;
        }
    }

    private void reply(int firstByte, int packetIdAt) {
        send(new byte[] {(byte) firstByte, 2, in.get(packetIdAt), in.get(packetIdAt + 1)});
    }

    public boolean isOpen() {
        return channel.isOpen();
    }

    public void close() throws IOException {
        key.cancel();
        channel.close();
    }
}
