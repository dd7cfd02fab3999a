package io.fieldmouse.broker.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A scripted MQTT client on a real socket. It sends whatever bytes it is told to, answers nothing by itself, and reads
 * one packet at a time, with a deadline. For one thread at a time.
 */
public final class RawClient implements AutoCloseable {
    /** Long, because the machine may be slow; nobody waits for it in a test that passes. */
    public static final Duration DEADLINE = Duration.ofSeconds(Integer.getInteger("fieldmouse.test.deadline", 30));

    private final Line line;
    private final InputStream in;
    private final int level;
    private final ServerRules rules;
    private int lastPacketId;
    private long bytesSent;
    private long bytesReceived;
    private long packetsReceived;

    /** Opens the socket and sends nothing. */
    public RawClient(int port, int level) {
        this(port, level, 0);
    }

    /** @param receiveBufferBytes size of the socket's receive buffer; 0 for the system's choice */
    public RawClient(int port, int level, int receiveBufferBytes) {
        this(SocketLine.to(port, receiveBufferBytes), level);
    }

    /** On a line of the test's choice. */
    public RawClient(Line line, int level) {
        this.line = line;
        this.level = level;
        this.rules = new ServerRules(level);
        try {
            in = new BufferedInputStream(line.in(), 65_536);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- sending

    /** Sends bytes as they are. A connection that the broker has closed takes them too; reading tells. */
    public void send(byte[]... parts) {
        byte[] bytes = Wire.join(parts);
        bytesSent += bytes.length;
        try {
            line.out().write(bytes);
        } catch (IOException e) {
            // The broker may close while we send: what the test expects is read, not written.
        }
    }

    public void send(Publish publish) {
        send(publish.bytes(level));
    }

    public void puback(int packetId) {
        send(Wire.packet(Wire.PUBACK, Wire.u16(packetId)));
    }

    public void pubrec(int packetId) {
        send(Wire.packet(Wire.PUBREC, Wire.u16(packetId)));
    }

    public void pubrel(int packetId) {
        send(Wire.packet(Wire.PUBREL, Wire.u16(packetId)));
    }

    public void pubcomp(int packetId) {
        send(Wire.packet(Wire.PUBCOMP, Wire.u16(packetId)));
    }

    public void ping() {
        send(Wire.packet(Wire.PINGREQ));
    }

    /** DISCONNECT with reason 0, then closes the socket when the broker has. */
    public void disconnect() {
        send(Wire.packet(Wire.DISCONNECT));
        expectClosed();
        close();
    }

    /** For 5.0 only. */
    public void disconnect(int reason, byte[]... properties) {
        send(Wire.packet(Wire.DISCONNECT, Wire.u8(reason), Wire.properties(properties)));
        expectClosed();
        close();
    }

    /** Cuts the connection off with a reset. */
    public void reset() {
        try {
            line.reset();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- reading

    /** The next packet; null when none has begun to arrive in time. */
    public @Nullable Packet receiveWithin(Duration time) {
        try {
            line.patience(time);
            int first;
            try {
                first = in.read();
            } catch (SocketTimeoutException e) {
                return null;
            }
            if (first < 0) {
                throw new EOFException("closed by the broker");
            }
            line.patience(DEADLINE);
            return read(first);
        } catch (IOException e) {
            throw new AssertionError("a packet was expected, but: " + e.getMessage(), e);
        }
    }

    /** The next packet if it has begun to arrive; null when not, or when the connection is at its end. */
    public @Nullable Packet receiveIfArrived() {
        try {
            if (in.available() == 0) {
                return null;
            }
            line.patience(DEADLINE);
            return read(in.read());
        } catch (IOException e) {
            return null; // A reset is an end too.
        }
    }

    /** Whether the broker has closed the connection, and all that it sent before is read. Takes a millisecond. */
    public boolean isAtEnd() {
        try {
            line.patience(Duration.ofMillis(1));
            in.mark(1);
            boolean end = in.read() < 0;
            in.reset();
            return end;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private Packet read(int first) throws IOException {
        int length = readLength();
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("closed in the middle of a packet");
        }
        packetsReceived++;
        bytesReceived += Wire.packet(first, body).length;
        return rules.checked(new Packet(first, body, level));
    }

    private int readLength() throws IOException {
        int length = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("closed in the middle of a packet");
            }
            length |= (octet & 0x7F) << shift;
            if (octet < 0x80) {
                if (octet == 0 && shift > 0) {
                    throw new AssertionError("[MQTT-1.5.5-1] the broker sent a length with needless bytes");
                }
                return length;
            }
        }
        throw new AssertionError("the broker sent a remaining length of more than four bytes");
    }

    public long bytesSent() {
        return bytesSent;
    }

    /** In whole packets. */
    public long bytesReceived() {
        return bytesReceived;
    }

    public long packetsReceived() {
        return packetsReceived;
    }

    public Packet receive() {
        Packet packet = receiveWithin(DEADLINE);
        if (packet == null) {
            throw new AssertionError("nothing came within " + DEADLINE);
        }
        return packet;
    }

    public Packet expect(PacketType type) {
        Packet packet = receive();
        if (packet.type() != type) {
            throw new AssertionError("expected " + type + ", found " + packet);
        }
        return packet;
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP with this packet id and reason. */
    public Packet expect(PacketType type, int packetId, int reason) {
        Packet packet = expect(type);
        assertEquals(packetId, packet.packetId(), () -> "packet id of " + packet);
        assertEquals(hex(reason), hex(packet.reason()), () -> "reason of " + packet);
        return packet;
    }

    public Packet expectPublish(String topic, String payload) {
        Packet packet = expect(PacketType.PUBLISH);
        assertEquals(topic + " " + payload, packet.topic() + " " + packet.payloadText());
        return packet;
    }

    public Packet expectPublish(String topic, String payload, int qos) {
        Packet packet = expectPublish(topic, payload);
        assertEquals(qos, packet.qos(), () -> "QoS of " + packet);
        return packet;
    }

    /** A ping is answered, and nothing comes before the answer. */
    public void expectSilence() {
        ping();
        Packet packet = receive();
        if (packet.type() != PacketType.PINGRESP) {
            throw new AssertionError("nothing was expected, but " + packet + " came");
        }
    }

    /** Nothing comes for so long. To be used only where a ping is no proof. */
    public void expectNothingFor(Duration time) {
        Packet packet = receiveWithin(time);
        if (packet != null) {
            throw new AssertionError("nothing was expected, but " + packet + " came");
        }
    }

    /** The next packet; null when the broker closes the connection instead. */
    public @Nullable Packet receiveUnlessClosed() {
        try {
            line.patience(DEADLINE);
            int first = in.read();
            return first < 0 ? null : read(first);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came within " + DEADLINE + ", nor was the connection closed", e);
        } catch (IOException e) {
            return null; // A reset closes it too.
        }
    }

    /** The broker closes the connection, and sends nothing before it. */
    public void expectClosed() {
        Packet packet = receiveUnlessClosed();
        if (packet != null) {
            throw new AssertionError("the connection should be closed, but came " + packet);
        }
    }

    /** In 5.0 the broker says DISCONNECT with this reason, then closes; in 3.x it just closes. */
    public void expectDisconnect(int reason) {
        if (level >= 5) {
            Packet packet = expect(PacketType.DISCONNECT);
            assertEquals(hex(reason), hex(packet.reason()), () -> "reason of " + packet);
        }
        expectClosed();
    }

    /** The broker has said all it had to say and ended its side in order: a reset would not do. */
    public void expectEnd() {
        try {
            line.patience(DEADLINE);
            assertEquals(-1, in.read(), "the end of what the broker sends");
        } catch (IOException e) {
            throw new AssertionError("the connection did not end in order", e);
        }
    }

    /** The broker takes nothing more: what is sent is answered with a reset. */
    public void expectDeaf() {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                line.out().write(new byte[1024]);
            }
        } catch (IOException e) {
            return;
        }
        throw new AssertionError("the broker still listened after " + DEADLINE);
    }

    private static String hex(int reason) {
        return String.format("0x%02X", reason);
    }

    // ---- whole exchanges

    public Packet connect(Connect connect) {
        send(connect.bytes());
        return expect(PacketType.CONNACK);
    }

    /** Connects, which must succeed. */
    public RawClient connected(Connect connect) {
        Packet answer = connect(connect);
        assertEquals(hex(0), hex(answer.reason()), answer::toString);
        return this;
    }

    /** Subscribes and returns the code of SUBACK. Nothing else may come before it. */
    public int subscribe(String filter, int options) {
        return subscribe(filter, options, new byte[0]);
    }

    /** As above, with properties in 5.0. */
    public int subscribe(String filter, int options, byte[] property) {
        int packetId = nextPacketId();
        sendSubscribe(packetId, filter, options, property);
        Packet answer = expect(PacketType.SUBACK);
        assertEquals(packetId, answer.packetId());
        assertEquals(1, answer.codes().size());
        return answer.codes().get(0);
    }

    public void sendSubscribe(int packetId, String filter, int options, byte[] property) {
        send(Wire.packet(
                Wire.SUBSCRIBE,
                Wire.u16(packetId),
                level >= 5 ? Wire.properties(property) : new byte[0],
                Wire.text(filter),
                Wire.u8(options)));
    }

    /** Unsubscribes and returns the codes of UNSUBACK; none in 3.x. */
    public List<Integer> unsubscribe(String... filters) {
        int packetId = nextPacketId();
        byte[] all = {};
        for (String filter : filters) {
            all = Wire.join(all, Wire.text(filter));
        }
        send(Wire.packet(Wire.UNSUBSCRIBE, Wire.u16(packetId), level >= 5 ? Wire.properties() : new byte[0], all));
        Packet answer = expect(PacketType.UNSUBACK);
        assertEquals(packetId, answer.packetId());
        return answer.codes();
    }

    /** Publishes and completes the exchange. Nothing else may come in between. Returns the reason. */
    public int publish(Publish publish) {
        send(publish);
        switch (publish.qos()) {
            case 1 -> {
                Packet answer = expect(PacketType.PUBACK);
                assertEquals(publish.packetId(), answer.packetId());
                return answer.reason();
            }
            case 2 -> {
                Packet answer = expect(PacketType.PUBREC);
                assertEquals(publish.packetId(), answer.packetId());
                if (answer.reason() < 0x80) {
                    pubrel(publish.packetId());
                    expect(PacketType.PUBCOMP, publish.packetId(), 0);
                }
                return answer.reason();
            }
            default -> {
                return 0;
            }
        }
    }

    /** As {@link #publish(Publish)}, with a packet id of this client's choice. */
    public int publish(String topic, String payload, int qos) {
        return publish(Publish.of(topic, payload).qos(qos, qos == 0 ? 0 : nextPacketId()));
    }

    /** Sends the acknowledgements a received PUBLISH asks for, whole exchanges. */
    public void acknowledge(Packet publish) {
        switch (publish.qos()) {
            case 1 -> puback(publish.packetId());
            case 2 -> {
                pubrec(publish.packetId());
                expect(PacketType.PUBREL, publish.packetId(), 0);
                pubcomp(publish.packetId());
            }
            default -> {}
        }
    }

    public int nextPacketId() {
        lastPacketId = lastPacketId % 65_535 + 1;
        return lastPacketId;
    }

    @Override
    public void close() {
        try {
            line.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
