package io.fieldmouse.edge.system;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A publisher that keeps its session whatever happens to the broker: it reconnects, sends again what was not
 * acknowledged, and knows what was. Messages are running numbers, one third each QoS 1, QoS 2 and retained QoS 1.
 */
final class DurablePublisher implements Runnable {
    static final int RETAINED_TOPICS = 7;
    private static final int WINDOW = 20;

    private final int port;
    private final Map<Integer, Sent> window = new LinkedHashMap<>();
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> retainedAcknowledged = new TreeMap<>();
    private final AtomicInteger acknowledgements = new AtomicInteger();
    private volatile boolean finishing;
    private volatile boolean finished;
    private int next = 1;
    private int nextPacketId = 1;

    private static final class Sent {
        final int number;
        boolean released;

        Sent(int number) {
            this.number = number;
        }
    }

    DurablePublisher(int port) {
        this.port = port;
    }

    static int qosOf(int number) {
        return number % 3 == 1 ? 2 : 1;
    }

    static String topicOf(int number) {
        return switch (number % 3) {
            case 0 -> "flow/q1";
            case 1 -> "flow/q2";
            default -> "kept/" + number % RETAINED_TOPICS;
        };
    }

    @Override
    public void run() {
        while (!finished) {
            try (RawMqtt mqtt = new RawMqtt(port, 2000)) {
                mqtt.connect("publisher", false);
                resend(mqtt);
                flow(mqtt);
            } catch (IOException e) {
                Thread.onSpinWait(); // the broker was killed: again
            }
        }
    }

    private void resend(RawMqtt mqtt) throws IOException {
        for (Map.Entry<Integer, Sent> entry : window.entrySet()) {
            if (entry.getValue().released) {
                mqtt.reply(6, entry.getKey());
            } else {
                publish(mqtt, entry.getKey(), entry.getValue().number, true);
            }
        }
    }

    private void flow(RawMqtt mqtt) throws IOException {
        while (!finished) {
            while (window.size() < WINDOW && !finishing) {
                int packetId = freePacketId();
                window.put(packetId, new Sent(next));
                publish(mqtt, packetId, next, false);
                next++;
            }
            if (window.isEmpty()) {
                finished = true;
                return;
            }
            handle(mqtt, mqtt.read());
        }
    }

    private int freePacketId() {
        do {
            nextPacketId = nextPacketId % 65_535 + 1;
        } while (window.containsKey(nextPacketId));
        return nextPacketId;
    }

    private static void publish(RawMqtt mqtt, int packetId, int number, boolean dup) throws IOException {
        String topic = topicOf(number);
        mqtt.publish(topic, Integer.toString(number), qosOf(number), topic.startsWith("kept/"), dup, packetId);
    }

    private void handle(RawMqtt mqtt, RawMqtt.Packet packet) throws IOException {
        int packetId = packet.packetId();
        Sent sent = window.get(packetId);
        switch (packet.type()) {
            case 4 -> settle(packetId, sent);
            case 5 -> {
                if (sent != null) {
                    sent.released = true;
                    acknowledged.add(sent.number); // from PUBREC on it is the broker's
                }
                mqtt.reply(6, packetId);
            }
            case 7 -> settle(packetId, sent);
            default -> throw new IOException("unexpected " + packet);
        }
    }

    private void settle(int packetId, @Nullable Sent sent) {
        if (sent == null) {
            return;
        }
        window.remove(packetId);
        acknowledged.add(sent.number);
        acknowledgements.incrementAndGet();
        String topic = topicOf(sent.number);
        if (topic.startsWith("kept/")) {
            synchronized (retainedAcknowledged) {
                retainedAcknowledged.merge(topic, sent.number, Math::max);
            }
        }
    }

    /** Sends nothing new; {@link #run} ends when all is acknowledged. */
    void finish() {
        finishing = true;
    }

    int acknowledgements() {
        return acknowledgements.get();
    }

    Set<Integer> acknowledged() {
        return acknowledged;
    }

    Map<String, Integer> retainedAcknowledged() {
        synchronized (retainedAcknowledged) {
            return new TreeMap<>(retainedAcknowledged);
        }
    }
}
