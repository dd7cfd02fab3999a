package io.fieldmouse.edge.system;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A subscriber that keeps its session whatever happens to the broker, and writes down what it received. */
final class DurableSubscriber implements Runnable {
    private final int port;
    private final String clientId;
    private final List<Integer> atLeastOnce = new ArrayList<>();
    private final List<Integer> exactlyOnce = new ArrayList<>();
    private final Set<Integer> receivedPacketIds = new HashSet<>();
    private volatile boolean stopped;
    private volatile boolean subscribed;
    private final @Nullable String filter;
    private final int qos;

    private DurableSubscriber(int port, String clientId, @Nullable String filter, int qos) {
        this.port = port;
        this.clientId = clientId;
        this.filter = filter;
        this.qos = qos;
    }

    static DurableSubscriber subscribing(int port, String clientId, String filter, int qos) {
        return new DurableSubscriber(port, clientId, filter, qos);
    }

    /** One that relies on the session that is there. */
    static DurableSubscriber resuming(int port, String clientId) {
        return new DurableSubscriber(port, clientId, null, 0);
    }

    @Override
    public void run() {
        while (!stopped) {
            try (RawMqtt mqtt = new RawMqtt(port, 500)) {
                boolean present = mqtt.connect(clientId, false);
                if (!present) {
                    receivedPacketIds.clear();
                    subscribed = false;
                }
                // Also where an answer did not come in time: the session is there then, but nobody knows what it has.
                if (filter != null && !subscribed) {
                    mqtt.subscribe(1, filter, qos);
                }
                receive(mqtt);
            } catch (IOException e) {
                Thread.onSpinWait(); // killed, or nothing to read for a while: again
            }
        }
    }

    private void receive(RawMqtt mqtt) throws IOException {
        while (!stopped) {
            RawMqtt.Packet packet = mqtt.read();
            switch (packet.type()) {
                case 3 -> take(mqtt, packet);
                case 6 -> {
                    receivedPacketIds.remove(packet.packetId());
                    mqtt.reply(7, packet.packetId());
                }
                case 9 -> subscribed = true;
                default -> throw new IOException("unexpected " + packet);
            }
        }
    }

    private void take(RawMqtt mqtt, RawMqtt.Packet packet) throws IOException {
        int number = Integer.parseInt(packet.payload());
        if (packet.qos() == 2) {
            if (receivedPacketIds.add(packet.packetId())) {
                note(exactlyOnce, number);
            }
            mqtt.reply(5, packet.packetId());
        } else {
            note(atLeastOnce, number);
            mqtt.reply(4, packet.packetId());
        }
    }

    private static void note(List<Integer> list, int number) {
        synchronized (list) {
            list.add(number);
        }
    }

    boolean isSubscribed() {
        return subscribed;
    }

    void stop() {
        stopped = true;
    }

    /** Numbers received at QoS 1, in order, with repetitions. */
    List<Integer> atLeastOnce() {
        synchronized (atLeastOnce) {
            return List.copyOf(atLeastOnce);
        }
    }

    /** Numbers received at QoS 2, in order. */
    List<Integer> exactlyOnce() {
        synchronized (exactlyOnce) {
            return List.copyOf(exactlyOnce);
        }
    }
}
