package io.fieldmouse.edge.crash;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * MQTT 5 packets on a blocking socket, and nothing of what a client remembers between them. It shares nothing with the
 * product. What is sent leaves with {@link #flush}.
 */
final class Wire implements AutoCloseable {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;
    static final int UNSUBACK = 11;
    static final int DISCONNECT = 14;

    static final int NO_SUBSCRIPTION_EXISTED = 0x11;

    private static final int CONNECT_MILLIS = 2_000;
    private static final int PATIENCE_MILLIS = 60_000;
    private static final int USER_PROPERTY = 0x26;
    private static final int SUBSCRIPTION_ID = 0x0B;
    private static final int SESSION_EXPIRY = 0x11;
    private static final int RECEIVE_MAXIMUM = 0x21;

    private final Socket socket = new Socket();
    private final BufferedInputStream in;
    private final DataInputStream data;
    private final BufferedOutputStream out;

    /** A packet: its type (1 to 14), its flags and the bytes behind its remaining length. */
    @SuppressWarnings("ArrayRecordComponent")
    record Packet(int type, int flags, byte[] body) {
        int packetId() {
            return ByteBuffer.wrap(body).getShort() & 0xFFFF;
        }

        /** Of PUBACK, PUBREC, PUBREL and PUBCOMP, where two bytes mean success. */
        int reason() {
            return body.length > 2 ? body[2] & 0xFF : 0;
        }

        /** Of SUBACK and UNSUBACK for one filter. */
        int onlyCode() {
            return body[body.length - 1] & 0xFF;
        }
    }

    /** A PUBLISH that came; its number is in a user property, so that an empty one has it too. */
    @SuppressWarnings("ArrayRecordComponent")
    record Publish(
            String topic,
            int qos,
            boolean dup,
            boolean retain,
            int packetId,
            int number,
            List<Integer> subscriptionIds,
            byte[] payload) {}

    Wire(int port) throws IOException {
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            data = new DataInputStream(in);
            out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    // ---- out

    /** Sends CONNECT, without keep alive, and returns whether the broker had a session for this client. */
    boolean connect(String clientId, boolean cleanStart, long expirySeconds, int receiveMaximum) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, 4, 'M', 'Q', 'T', 'T', 5, (byte) (cleanStart ? 2 : 0), 0, 0});
        ByteBuffer properties = ByteBuffer.allocate(8);
        properties.put((byte) SESSION_EXPIRY).putInt((int) expirySeconds);
        properties.put((byte) RECEIVE_MAXIMUM).putShort((short) receiveMaximum);
        writeProperties(body, properties.array());
        writeString(body, clientId);
        send(0x10, body);
        flush();
        Packet answer = poll(PATIENCE_MILLIS);
        if (answer == null || answer.type() != CONNACK || answer.body()[1] != 0) {
            throw new IOException("CONNECT was answered with " + describe(answer));
        }
        return answer.body()[0] == 1;
    }

    void publish(String topic, int number, byte[] payload, int qos, boolean retain, boolean dup, int packetId)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(payload.length + 64);
        writeString(body, topic);
        writeShort(body, packetId);
        ByteArrayOutputStream properties = new ByteArrayOutputStream();
        properties.write(USER_PROPERTY);
        writeString(properties, "n");
        writeString(properties, Integer.toString(number));
        writeProperties(body, properties.toByteArray());
        body.writeBytes(payload);
        send(0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0), body);
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP. */
    void reply(int type, int packetId) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(2);
        writeShort(body, packetId);
        send((type << 4) | (type == PUBREL ? 2 : 0), body);
    }

    /** @param retainHandling 0 for all retained messages, 2 for none */
    void subscribe(int packetId, int subscriptionId, int retainHandling, int qos, String... filters)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeShort(body, packetId);
        ByteArrayOutputStream properties = new ByteArrayOutputStream();
        properties.write(SUBSCRIPTION_ID);
        writeLength(properties, subscriptionId);
        writeProperties(body, properties.toByteArray());
        for (String filter : filters) {
            writeString(body, filter);
            body.write((retainHandling << 4) | qos);
        }
        send(0x82, body);
    }

    void unsubscribe(int packetId, String filter) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeShort(body, packetId);
        writeProperties(body, new byte[0]);
        writeString(body, filter);
        send(0xA2, body);
    }

    /** Sends DISCONNECT, which may end the session at once, and returns when the broker has closed. */
    void disconnect(boolean endSession) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (endSession) {
            body.write(0);
            writeProperties(body, new byte[] {SESSION_EXPIRY, 0, 0, 0, 0});
        }
        send(0xE0, body);
        flush();
        socket.setSoTimeout(PATIENCE_MILLIS);
        while (in.read() >= 0) {
            // what was on its way
        }
    }

    void flush() throws IOException {
        out.flush();
    }

    private void send(int firstByte, ByteArrayOutputStream body) throws IOException {
        out.write(firstByte);
        writeLength(out, body.size());
        body.writeTo(out);
    }

    private static void writeLength(java.io.OutputStream to, int length) throws IOException {
        int rest = length;
        do {
            to.write((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
            rest >>>= 7;
        } while (rest > 0);
    }

    private static void writeProperties(ByteArrayOutputStream body, byte[] properties) throws IOException {
        writeLength(body, properties.length);
        body.writeBytes(properties);
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

    // ---- in

    /** Whether something has come. */
    boolean hasMore() throws IOException {
        return in.available() > 0;
    }

    /** The next packet; null when none began within this time. */
    @Nullable
    Packet poll(int millis) throws IOException {
        socket.setSoTimeout(millis);
        int first;
        try {
            first = in.read();
        } catch (SocketTimeoutException e) {
            return null;
        }
        if (first < 0) {
            throw new EOFException("closed by the broker");
        }
        socket.setSoTimeout(PATIENCE_MILLIS);
        int length = 0;
        int shift = 0;
        int octet;
        do {
            octet = data.readUnsignedByte();
            length |= (octet & 0x7F) << shift;
            shift += 7;
        } while ((octet & 0x80) != 0);
        byte[] body = new byte[length];
        data.readFully(body);
        Packet packet = new Packet(first >> 4, first & 15, body);
        if (packet.type() == DISCONNECT) {
            throw new IOException("closed by the broker with " + describe(packet));
        }
        return packet;
    }

    static Publish publish(Packet packet) {
        ByteBuffer body = ByteBuffer.wrap(packet.body());
        int qos = (packet.flags() >> 1) & 3;
        String topic = string(body);
        int packetId = qos > 0 ? body.getShort() & 0xFFFF : 0;
        int number = 0;
        List<Integer> subscriptionIds = new ArrayList<>(1);
        int propertiesEnd = length(body) + body.position();
        while (body.position() < propertiesEnd) {
            int id = body.get();
            switch (id) {
                case SUBSCRIPTION_ID -> subscriptionIds.add(length(body));
                case USER_PROPERTY -> {
                    string(body);
                    number = Integer.parseInt(string(body));
                }
                default -> throw new IllegalStateException("property " + id + " was never sent");
            }
        }
        byte[] payload = new byte[body.remaining()];
        body.get(payload);
        return new Publish(
                topic,
                qos,
                (packet.flags() & 8) != 0,
                (packet.flags() & 1) != 0,
                packetId,
                number,
                subscriptionIds,
                payload);
    }

    private static String string(ByteBuffer from) {
        byte[] bytes = new byte[from.getShort() & 0xFFFF];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int length(ByteBuffer from) {
        int length = 0;
        int shift = 0;
        int octet;
        do {
            octet = from.get();
            length |= (octet & 0x7F) << shift;
            shift += 7;
        } while ((octet & 0x80) != 0);
        return length;
    }

    private static String describe(@Nullable Packet packet) {
        if (packet == null) {
            return "nothing";
        }
        StringBuilder text = new StringBuilder("packet type " + packet.type());
        for (byte octet : packet.body()) {
            text.append(String.format(" %02x", octet));
        }
        return text.toString();
    }

    /** Without a word: what a client does that loses its network. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
