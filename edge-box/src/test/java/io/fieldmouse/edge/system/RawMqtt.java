package io.fieldmouse.edge.system;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * MQTT 3.1.1, or 5.0 without properties, by hand on a blocking socket: for tests that must decide themselves what a
 * client remembers. It shares nothing with the product, and counts what passes.
 */
final class RawMqtt implements AutoCloseable {
    static final int MQTT_3_1_1 = 4;
    static final int MQTT_5 = 5;

    private static final byte[] NO_PROPERTIES = {0};
    private static final byte[] NOTHING = {};

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final int level;
    private final Tally tally;

    /** What clients have sent and received so far, all of them that share it. */
    static final class Tally {
        long packetsSent;
        long bytesSent;
        long packetsReceived;
        long bytesReceived;
        long publishesReceived;
        long publishesReceivedAtQos2;
        long payloadBytesReceived;
    }

    /** A packet: its type (1 to 14), its flags and the bytes behind its remaining length. */
    @SuppressWarnings("ArrayRecordComponent")
    record Packet(int level, int type, int flags, byte[] body) {
        int packetId() {
            if (type != 3) {
                return ByteBuffer.wrap(body).getShort() & 0xFFFF;
            }
            int topicBytes = ByteBuffer.wrap(body).getShort() & 0xFFFF;
            return ByteBuffer.wrap(body).getShort(2 + topicBytes) & 0xFFFF;
        }

        int qos() {
            return (flags >> 1) & 3;
        }

        String topic() {
            int topicBytes = ByteBuffer.wrap(body).getShort() & 0xFFFF;
            return new String(body, 2, topicBytes, StandardCharsets.UTF_8);
        }

        String payload() {
            int topicBytes = ByteBuffer.wrap(body).getShort() & 0xFFFF;
            int from = 2 + topicBytes + (qos() > 0 ? 2 : 0);
            if (level == MQTT_5) {
                from += 1 + body[from]; // properties, of less than 128 bytes here
            }
            return new String(body, from, body.length - from, StandardCharsets.UTF_8);
        }
    }

    RawMqtt(int port, int readTimeoutMillis) throws IOException {
        this(MQTT_3_1_1, port, readTimeoutMillis, new Tally());
    }

    RawMqtt(int level, int port, int readTimeoutMillis, Tally tally) throws IOException {
        this.level = level;
        this.tally = tally;
        socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(readTimeoutMillis);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
    }

    /** Sends CONNECT and returns whether the broker had a session for this client. */
    boolean connect(String clientId, boolean cleanSession) throws IOException {
        return connect(clientId, cleanSession ? 2 : 0, properties(), NOTHING);
    }

    /** As {@link #connect}, by MQTT 5, with a session that ends so long after the connection. */
    void connectExpiring(String clientId, int seconds) throws IOException {
        connect(clientId, 2, new byte[] {5, 0x11, 0, 0, 0, (byte) seconds}, NOTHING);
    }

    /** As {@link #connect}, with a will at QoS 0. */
    void connectWithWill(String clientId, String topic, String payload) throws IOException {
        ByteArrayOutputStream will = new ByteArrayOutputStream();
        will.writeBytes(properties());
        writeString(will, topic);
        writeString(will, payload);
        connect(clientId, 6, properties(), will.toByteArray());
    }

    private boolean connect(String clientId, int flags, byte[] properties, byte[] behindClientId) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, 4, 'M', 'Q', 'T', 'T', (byte) level, (byte) flags, 0, 60});
        body.writeBytes(properties);
        writeString(body, clientId);
        body.writeBytes(behindClientId);
        send(0x10, body.toByteArray());
        Packet connack = read();
        if (connack.type() != 2 || connack.body()[1] != 0) {
            throw new IOException("refused: " + connack);
        }
        return connack.body()[0] == 1;
    }

    void subscribe(int packetId, String filter, int qos) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeShort(body, packetId);
        body.writeBytes(properties());
        writeString(body, filter);
        body.write(qos);
        send(0x82, body.toByteArray());
    }

    void unsubscribe(int packetId, String filter) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeShort(body, packetId);
        body.writeBytes(properties());
        writeString(body, filter);
        send(0xA2, body.toByteArray());
    }

    /** Sends DISCONNECT and returns when the broker has closed. */
    void disconnect() throws IOException {
        send(0xE0, NOTHING);
        if (in.read() >= 0) {
            throw new IOException("something came after DISCONNECT");
        }
    }

    void publish(String topic, String payload, int qos, boolean retain, boolean dup, int packetId) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeString(body, topic);
        if (qos > 0) {
            writeShort(body, packetId);
        }
        body.writeBytes(properties());
        body.writeBytes(payload.getBytes(StandardCharsets.UTF_8));
        send(0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0), body.toByteArray());
    }

    /** PUBACK (4), PUBREC (5), PUBREL (6) or PUBCOMP (7). */
    void reply(int type, int packetId) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeShort(body, packetId);
        send((type << 4) | (type == 6 ? 2 : 0), body.toByteArray());
    }

    private synchronized void send(int firstByte, byte[] body) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(firstByte);
        int rest = body.length;
        do {
            packet.write((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
            rest >>>= 7;
        } while (rest > 0);
        packet.writeBytes(body);
        tally.packetsSent++;
        tally.bytesSent += packet.size();
        out.write(packet.toByteArray());
    }

    private byte[] properties() {
        return level == MQTT_5 ? NO_PROPERTIES : NOTHING;
    }

    Packet read() throws IOException {
        int first = in.readUnsignedByte();
        int length = 0;
        int shift = 0;
        int octet;
        do {
            octet = in.readUnsignedByte();
            length |= (octet & 0x7F) << shift;
            shift += 7;
        } while ((octet & 0x80) != 0);
        byte[] body = new byte[length];
        in.readFully(body);
        Packet packet = new Packet(level, first >> 4, first & 15, body);
        tally.packetsReceived++;
        tally.bytesReceived += 1 + shift / 7 + length;
        if (packet.type() == 3) {
            tally.publishesReceived++;
            tally.publishesReceivedAtQos2 += packet.qos() == 2 ? 1 : 0;
            tally.payloadBytesReceived += packet.payload().getBytes(StandardCharsets.UTF_8).length;
        }
        return packet;
    }

    private static void writeString(ByteArrayOutputStream body, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writeShort(body, bytes.length);
        body.writeBytes(bytes);
    }

    private static void writeShort(ByteArrayOutputStream body, int value) {
        body.write(value >> 8);
        body.write(value);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
