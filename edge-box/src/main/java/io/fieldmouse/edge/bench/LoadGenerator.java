package io.fieldmouse.edge.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Clients of one broker, all on the thread that calls. */
public final class LoadGenerator implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SELECT_MILLIS = 10;

    private final Selector selector = Selector.open();
    private final List<LoadClient> clients = new ArrayList<>();
    private final int port;
    private int names;

    public LoadGenerator(int port) throws IOException {
        this.port = port;
    }

    /** One that has sent CONNECT, with a name of its own and a clean session. */
    public LoadClient open(LoadClient.Tally tally) throws IOException {
        return open(tally, "load-" + names++, true);
    }

    /** One that has sent CONNECT. */
    public LoadClient open(LoadClient.Tally tally, String clientId, boolean cleanSession) throws IOException {
        LoadClient client = new LoadClient(selector, port, tally);
        clients.add(client);
        client.send(connect(clientId, cleanSession));
        client.flush();
        return client;
    }

    /** Lets everybody write and read once, waiting a little when there is nothing to do. */
    public void turn() throws IOException {
        for (LoadClient client : clients) {
            client.flush();
        }
        selector.select(SELECT_MILLIS);
        for (SelectionKey key : selector.selectedKeys()) {
            LoadClient client = (LoadClient) key.attachment();
            if (key.isValid() && key.isReadable()) {
                client.read();
            }
        }
        selector.selectedKeys().clear();
        clients.removeIf(client -> !client.isOpen());
    }

    /** Turns until this is so. */
    public void await(BooleanSupplier condition, String what) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("not within " + PATIENCE + ": " + what);
            }
            turn();
        }
    }

    @Override
    public void close() throws IOException {
        for (LoadClient client : clients) {
            client.close();
        }
        selector.close();
    }

    private static byte[] connect(String clientId, boolean cleanSession) {
        byte flags = (byte) (cleanSession ? 2 : 0);
        return packet(0x10, new byte[] {0, 4, 'M', 'Q', 'T', 'T', 4, flags, 0, 0}, text(clientId));
    }

    public static byte[] subscribe(String filter, int qos) {
        return packet(0x82, new byte[] {0, 1}, text(filter), new byte[] {(byte) qos});
    }

    /** With room for a packet id where {@link #packetIdAt} says, unless it is of QoS 0. */
    public static byte[] publish(String topic, int qos, boolean retain, int payloadBytes) {
        return packet(
                0x30 | qos << 1 | (retain ? 1 : 0),
                text(topic),
                new byte[qos > 0 ? 2 : 0],
                "x".repeat(payloadBytes).getBytes(StandardCharsets.UTF_8));
    }

    /** Of a packet of less than 130 bytes. */
    public static int packetIdAt(String topic) {
        return 2 + 2 + topic.length();
    }

    public static byte[] pingreq() {
        return packet(0xC0);
    }

    public static byte[] disconnect() {
        return packet(0xE0);
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(bytes.length >> 8);
        all.write(bytes.length);
        all.writeBytes(bytes);
        return all.toByteArray();
    }

    private static byte[] packet(int firstByte, byte[]... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        if (body.size() > 127) {
            throw new IllegalArgumentException("the load is made of packets with a remaining length of one byte");
        }
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(firstByte);
        packet.write(body.size());
        packet.writeBytes(body.toByteArray());
        return packet.toByteArray();
    }
}
