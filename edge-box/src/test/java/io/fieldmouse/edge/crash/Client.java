package io.fieldmouse.edge.crash;

import io.fieldmouse.edge.crash.Wire.Packet;
import io.fieldmouse.edge.crash.Wire.Publish;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One client, on a thread of its own, with the part of an MQTT session that is the client's: what it sent and has no
 * answer to, by packet id and in order, and the ids of QoS 2 messages it received and that are not released. That
 * outlives connections, and processes of the broker.
 */
abstract class Client implements Runnable {
    static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    private static final int PACKET_ID_MAX = 65_535;
    private static final int EVENTS = 60;
    private static final int IDLE_MILLIS = 5;

    final String id;
    final Stage stage;
    final Ledger ledger;
    final Random random;

    private final Map<Integer, Sent> window = new LinkedHashMap<>();
    private final Map<Integer, String> receivedIds = new HashMap<>();
    private final Settlements<Integer> completed;
    private final Deque<String> events = new ArrayDeque<>();
    private int lastPacketId;
    private boolean stored;
    private volatile boolean connected;
    private volatile boolean busy;

    private static final class Sent {
        final Flow flow;
        final int number;
        final int size;
        long sentMillis;
        boolean released;

        Sent(Flow flow, int number, int size) {
            this.flow = flow;
            this.number = number;
            this.size = size;
        }
    }

    Client(String id, Stage stage, Ledger ledger, long seed) {
        this.id = id;
        this.stage = stage;
        this.ledger = ledger;
        this.completed = new Settlements<>(stage, ledger);
        this.random = new Random(seed ^ (id.hashCode() * 0x9E3779B97F4A7C15L));
    }

    // ---- what a kind of client does

    /** Whether it takes part in this run of the program. */
    boolean attends() {
        return true;
    }

    int receiveMaximum() {
        return PACKET_ID_MAX;
    }

    /** The connection is there, and everything of the session is sent again. */
    void resumed(Wire wire) throws IOException {}

    /** Sends something, if it wants to. Returns whether it did. */
    abstract boolean work(Wire wire) throws IOException;

    /** A message has come, each of QoS 2 once. */
    abstract void received(Publish publish);

    /** SUBACK or UNSUBACK. */
    void answered(Packet packet) {
        throw new IllegalStateException(id + " never asked for packet type " + packet.type());
    }

    // ---- its life

    @Override
    public final void run() {
        while (!stage.isOver()) {
            Stage.await(1_000, () -> stage.isOver() || (stage.isUp() && attends()));
            int run = stage.run();
            if (stage.isUp(run) && attends()) {
                try {
                    live(run);
                } catch (IOException e) {
                    if (!stage.mayBreak() && stage.run() == run) {
                        violation("lost its connection while the program was running: " + e);
                    }
                } catch (RuntimeException e) {
                    violation("does not understand what it was sent: " + e);
                }
                connected = false;
            }
        }
    }

    /** One connection, or several, while this run of the program lasts. */
    void live(int run) throws IOException {
        try (Wire wire = new Wire(stage.port())) {
            busy = true;
            boolean present = wire.connect(id, false, NEVER_EXPIRES, receiveMaximum());
            event("connected, session " + (present ? "present" : "new"));
            if (stored && !present) {
                violation("the session, which had been confirmed, is gone");
            }
            begin(present);
            stored = true;
            resend(wire);
            resumed(wire);
            connected = true;
            while (stage.isUp(run)) {
                turn(wire);
            }
        }
    }

    /** CONNACK has come. */
    final void begin(boolean present) {
        if (present) {
            ledger.sessionsResumed.incrementAndGet();
        } else {
            window.clear();
            receivedIds.clear();
        }
    }

    final void turn(Wire wire) throws IOException {
        boolean worked = work(wire);
        wire.flush();
        if (!worked || wire.hasMore()) {
            Packet packet = wire.poll(IDLE_MILLIS);
            while (packet != null) {
                handle(wire, packet);
                packet = wire.hasMore() ? wire.poll(IDLE_MILLIS) : null;
            }
            wire.flush();
        }
        busy = !window.isEmpty() || isWaiting();
    }

    /** Whether something else than a message is unanswered, or still to be done before new load. */
    boolean isWaiting() {
        return false;
    }

    /** Whether it is connected, and has an answer to everything. */
    final boolean isSettled() {
        return connected && !busy;
    }

    // ---- out

    final int windowSize() {
        return window.size();
    }

    final int freePacketId() {
        do {
            lastPacketId = lastPacketId % PACKET_ID_MAX + 1;
        } while (window.containsKey(lastPacketId));
        return lastPacketId;
    }

    /** Publishes the next message of a flow. */
    final void publish(Wire wire, Flow flow, int size) throws IOException {
        int number = flow.next(size == 0);
        int packetId = freePacketId();
        Sent sent = new Sent(flow, number, size);
        window.put(packetId, sent);
        busy = true;
        publish(wire, packetId, sent, false);
    }

    private void publish(Wire wire, int packetId, Sent sent, boolean dup) throws IOException {
        Flow flow = sent.flow;
        flow.sending(
                sent.number,
                (dup ? "sent again by " : "sent by ") + id + " as packet " + packetId + " at " + stage.now());
        sent.sentMillis = stage.millis();
        byte[] payload = sent.size == 0 ? new byte[0] : Content.of(flow.topic(), sent.number, sent.size);
        wire.publish(flow.topic(), sent.number, payload, flow.qos(), flow.isRetained(), dup, packetId);
    }

    /** What has no answer yet, in order and under the same packet ids [MQTT-4.4.0-1]. */
    private void resend(Wire wire) throws IOException {
        for (Map.Entry<Integer, Sent> entry : window.entrySet()) {
            Sent sent = entry.getValue();
            if (sent.released) {
                sent.flow.tell(sent.number, "PUBREL again at " + stage.now());
                wire.reply(Wire.PUBREL, entry.getKey());
            } else {
                publish(wire, entry.getKey(), sent, true);
            }
        }
        wire.flush();
    }

    // ---- in

    private void handle(Wire wire, Packet packet) throws IOException {
        switch (packet.type()) {
            case Wire.PUBLISH -> take(wire, Wire.publish(packet));
            case Wire.PUBACK -> settle(packet, "PUBACK");
            case Wire.PUBREC -> release(wire, packet);
            case Wire.PUBREL -> released(wire, packet.packetId());
            case Wire.PUBCOMP -> complete(packet);
            case Wire.SUBACK, Wire.UNSUBACK -> answered(packet);
            default -> throw new IllegalStateException("packet type " + packet.type());
        }
    }

    private void take(Wire wire, Publish publish) throws IOException {
        String message = publish.topic() + " " + publish.number();
        ledger.delivered.incrementAndGet();
        if (publish.qos() < 2) {
            event("received " + message + " at QoS " + publish.qos() + (publish.dup() ? ", marked DUP" : "")
                    + (publish.retain() ? ", retained" : ""));
            received(publish);
            if (publish.qos() == 1) {
                wire.reply(Wire.PUBACK, publish.packetId());
            }
            return;
        }
        String before = receivedIds.putIfAbsent(publish.packetId(), message);
        completed.forget(publish.packetId());
        event("received " + message + " at QoS 2 as packet " + publish.packetId() + (before == null ? "" : ", a copy")
                + (publish.dup() ? ", marked DUP" : ""));
        if (before == null) {
            received(publish);
        } else if (!before.equals(message)) {
            violation("packet " + publish.packetId() + " is " + message + " and not released as " + before);
        }
        wire.reply(Wire.PUBREC, publish.packetId());
    }

    private void released(Wire wire, int packetId) throws IOException {
        String message = receivedIds.remove(packetId);
        event("PUBREL of packet " + packetId + (message == null ? ", again" : ""));
        if (message == null && completed.mustBeKnown(packetId)) {
            violation("PUBREL comes back for packet " + packetId + ", which it completed long ago");
        }
        wire.reply(Wire.PUBCOMP, packetId);
        completed.settled(packetId);
    }

    private void settle(Packet packet, String kind) {
        Sent sent = window.get(packet.packetId());
        if (sent == null || sent.flow.qos() != 1) {
            violation(kind + " for packet " + packet.packetId() + ", which does not wait for one");
            return;
        }
        window.remove(packet.packetId());
        if (packet.reason() >= 0x80) {
            refused(sent, packet);
        } else {
            acknowledged(sent, kind);
        }
    }

    private void release(Wire wire, Packet packet) throws IOException {
        Sent sent = window.get(packet.packetId());
        if (sent == null || sent.flow.qos() != 2) {
            violation("PUBREC for packet " + packet.packetId() + ", which does not wait for one");
        } else if (packet.reason() >= 0x80) {
            window.remove(packet.packetId());
            refused(sent, packet);
        } else {
            if (!sent.released) {
                sent.released = true;
                acknowledged(sent, "PUBREC");
            }
            wire.reply(Wire.PUBREL, packet.packetId());
        }
    }

    private void complete(Packet packet) {
        Sent sent = window.get(packet.packetId());
        if (sent == null || !sent.released) {
            violation("PUBCOMP for packet " + packet.packetId() + ", which does not wait for one");
            return;
        }
        window.remove(packet.packetId());
        sent.flow.tell(sent.number, "PUBCOMP with " + Integer.toHexString(packet.reason()) + " at " + stage.now());
    }

    private void acknowledged(Sent sent, String kind) {
        sent.flow.tell(sent.number, kind + " at " + stage.now());
        ledger.countAcknowledged(sent.flow);
        ledger.storedUpTo(stage.run(), sent.sentMillis);
        if (!sent.flow.acknowledged(sent.number)) {
            violation("acknowledged out of order\n" + sent.flow.story(sent.number));
        }
    }

    private void refused(Sent sent, Packet packet) {
        sent.flow.tell(sent.number, "refused with " + Integer.toHexString(packet.reason()) + " at " + stage.now());
        sent.flow.refused(sent.number);
        ledger.refused.incrementAndGet();
    }

    // ---- what it tells

    final synchronized void event(String what) {
        if (events.size() == EVENTS) {
            events.removeFirst();
        }
        events.addLast(stage.now() + ": " + what);
    }

    /** Of this client, with the last it saw. */
    final void violation(String what) {
        StringBuilder text = new StringBuilder(id + ": " + what + "\n  the last of " + id + ":");
        lastEvents().forEach(event -> text.append("\n    ").append(event));
        ledger.violation(text.toString());
    }

    private synchronized List<String> lastEvents() {
        return new ArrayList<>(events);
    }

    @Override
    public String toString() {
        return id + (connected ? " connected" : " not connected") + " unanswered=" + window.size();
    }
}
