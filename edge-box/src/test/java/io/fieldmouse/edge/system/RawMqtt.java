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
 * MQTT 3.1.1 by hand on a blocking socket, for tests that must decide themselves what a client remembers. It shares
 * nothing with the product.
 */
final class RawMqtt implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** A packet: its type (1 to 14), its flags and the bytes behind its remaining length. */
    @SuppressWarnings("ArrayRecordComponent")
    record Packet(int type, int flags, byte[] body) {
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
            return new String(body, from, body.length - from, StandardCharsets.UTF_8);
        }
    }

    RawMqtt(int port, int readTimeoutMillis) throws IOException {
        socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(readTimeoutMillis);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
    }

    /** Sends CONNECT and returns whether the broker had a session for this client. */
    boolean connect(String clientId, boolean cleanSession) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, 4, 'M', 'Q', 'T', 'T', 4, (byte) (cleanSession ? 2 : 0), 0, 60});
        writeString(body, clientId);
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
        writeString(body, filter);
        body.write(qos);
        send(0x82, body.toByteArray());
    }

    void publish(String topic, String payload, int qos, boolean retain, boolean dup, int packetId) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeString(body, topic);
        if (qos > 0) {
            writeShort(body, packetId);
        }
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
        out.write(packet.toByteArray());
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
        return new Packet(first >> 4, first & 15, body);
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
