package io.fieldmouse.broker;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client that does what the specification asks of one: it keeps its half of the session from connection to connection,
 * sends again what was not acknowledged, and takes a QoS 2 message once. It tells {@link Promises} what it learns. It
 * waits for nothing: whoever drives it has it take the packets that have come.
 */
final class CarefulClient {
    private static final int FAILURE = 0x80;

    /** Of unacknowledged messages; the broker takes no more than a hundred. */
    private static final int FLIGHTS_MAX = 20;

    /** After which it looks whether there is still a connection, which takes longer than a turn. */
    private static final int TURNS_OF_SILENCE_MAX = 300;

    private final String id;
    private final int level;
    private final long expirySeconds;
    private final Promises promises;

    private @Nullable RawClient line;
    private boolean connected;
    private SessionThere session = SessionThere.NO;
    private SessionThere expected = SessionThere.NO;

    /** The end of its session was asked for and not confirmed: it goes on asking, for it has forgotten its half. */
    private boolean wantsCleanStart;

    private @Nullable SentMessage will;
    private int lastPacketId;
    private int turnsOfSilence;

    private final Map<Integer, Flight> flights = new LinkedHashMap<>();
    private final Set<Integer> packetIdsReceived = new HashSet<>();
    private final Map<Integer, Request> subscribing = new HashMap<>();
    private final Map<Integer, Request> unsubscribing = new HashMap<>();
    private final Deque<Runnable> answersOwed = new ArrayDeque<>();

    /** Whether the broker has a session of this client, as far as the client can know. */
    private enum SessionThere {
        YES,
        NO,
        MAYBE
    }

    /**
     * A SUBSCRIBE or UNSUBSCRIBE.
     *
     * @param isNews whether the broker has to store anything for it, and so has stored all that was before
     */
    private record Request(String prefix, boolean isNews) {}

    /** A message on its way to the broker. */
    private static final class Flight {
        private final SentMessage message;
        private final boolean retain;
        private boolean released;

        Flight(SentMessage message, boolean retain) {
            this.message = message;
            this.retain = retain;
        }

        Publish publish(int packetId) {
            Publish publish = Publish.of(message.topic, message.payload).qos(message.qos, packetId);
            return retain ? publish.retain() : publish;
        }
    }

    /** @param expirySeconds of its session; 0 for one that ends with its connection, and in 3.1.1 else for ever */
    CarefulClient(String id, int level, long expirySeconds, Promises promises) {
        this.id = id;
        this.level = level;
        this.expirySeconds = expirySeconds;
        this.promises = promises;
    }

    String id() {
        return id;
    }

    int level() {
        return level;
    }

    long expirySeconds() {
        return expirySeconds;
    }

    /** Whether its session outlives its connection. */
    boolean isDurable() {
        return expirySeconds > 0;
    }

    // ---- connections

    /** Whether there is a socket, on which CONNACK may still be to come. */
    boolean hasLine() {
        return line != null;
    }

    boolean isConnected() {
        return connected;
    }

    private RawClient line() {
        if (line == null) {
            throw new IllegalStateException(id + " has no connection");
        }
        return line;
    }

    /** Asks for its session, or for a new one. */
    void connect(RawClient to, @Nullable SentMessage withWill) {
        line = to;
        will = withWill;
        Connect connect = Connect.as(level, id);
        if (level >= 5) {
            connect.with(Property.sessionExpiry(expirySeconds));
        }
        if (withWill != null) {
            connect.will(withWill.topic, withWill.payload, withWill.qos, false);
        }
        if (isDurable() && !wantsCleanStart) {
            connect.resume();
            expected = session;
        } else {
            expected = SessionThere.NO;
        }
        session = session == SessionThere.YES ? session : SessionThere.MAYBE;
        to.send(connect.bytes());
    }

    private void connected(Packet connack) {
        if (connack.reason() != 0) {
            return; // and closes
        }
        connected = true;
        session = SessionThere.YES;
        wantsCleanStart = false;
        if (connack.sessionPresent()) {
            if (expected == SessionThere.NO) {
                promises.broken("back again: the session of " + id + ", which had ended");
            }
            sendAgain();
            return;
        }
        forget();
        if (expected == SessionThere.YES) {
            promises.sessionLost(id);
        } else {
            promises.sessionEnded(id);
        }
    }

    private void sendAgain() {
        flights.forEach((packetId, flight) -> {
            if (flight.released) {
                line().pubrel(packetId);
            } else {
                line().send(flight.publish(packetId).dup());
            }
        });
    }

    private void forget() {
        flights.clear();
        packetIdsReceived.clear();
    }

    /** Begins a new session with its next connection, and forgets this one at once. For 5.0 only. */
    void endSession() {
        wantsCleanStart = true;
        session = SessionThere.MAYBE;
        forget();
        promises.sessionInDoubt(id);
    }

    /** Its session has expired, or may have. */
    void expire(boolean surely) {
        if (surely) {
            forget();
            promises.sessionEnded(id);
            session = SessionThere.NO;
        } else if (session == SessionThere.YES) {
            promises.sessionInDoubt(id);
            session = SessionThere.MAYBE;
        }
    }

    /** Says goodbye, and goes when the broker has heard it. */
    void leave() {
        line().send(Wire.packet(Wire.DISCONNECT));
        takeTheRest();
    }

    /** Is cut off. */
    void drop() {
        line().reset();
        lose();
    }

    /** Takes what came before the broker closed the connection, and has none any more. */
    void takeTheRest() {
        if (line != null) {
            Packet packet = line.receiveUnlessClosed();
            while (packet != null) {
                take(packet);
                packet = line.receiveUnlessClosed();
            }
            lose();
        }
    }

    private void lose() {
        line().close();
        line = null;
        connected = false;
        subscribing.clear();
        unsubscribing.clear();
        answersOwed.clear();
        if (!isDurable()) {
            forget();
            promises.sessionEnded(id);
            session = SessionThere.NO;
        }
    }

    // ---- what it asks for

    boolean mayPublish() {
        return connected && flights.size() < FLIGHTS_MAX;
    }

    SentMessage publish(String topic, int qos, int length) {
        SentMessage message = promises.sending(id, topic, qos, length);
        publish(new Flight(message, false));
        return message;
    }

    /** With a length of 0 it clears what is retained. */
    void publishRetained(String topic, int qos, int length) {
        publish(new Flight(promises.sendingRetained(id, topic, qos, length), true));
    }

    private void publish(Flight flight) {
        int packetId = nextPacketId();
        flights.put(packetId, flight);
        line().send(flight.publish(packetId));
    }

    private int nextPacketId() {
        do {
            lastPacketId = lastPacketId % 65_535 + 1;
        } while (flights.containsKey(lastPacketId)
                || subscribing.containsKey(lastPacketId)
                || unsubscribing.containsKey(lastPacketId));
        return lastPacketId;
    }

    /** To all topics that begin so. */
    void subscribe(String prefix, int qos) {
        int packetId = nextPacketId();
        boolean isNews = !promises.isSubscribed(id, prefix) && !promises.isInDoubt(id, prefix);
        subscribing.put(packetId, new Request(prefix, isNews));
        promises.subscribing(id, prefix);
        line().sendSubscribe(packetId, prefix + "#", qos, new byte[0]);
    }

    void unsubscribe(String prefix) {
        int packetId = nextPacketId();
        unsubscribing.put(packetId, new Request(prefix, promises.isSubscribed(id, prefix)));
        promises.unsubscribing(id, prefix);
        line().send(Wire.packet(
                Wire.UNSUBSCRIBE,
                Wire.u16(packetId),
                level >= 5 ? Wire.properties() : new byte[0],
                Wire.text(prefix + "#")));
    }

    /** Whether a SUBSCRIBE or UNSUBSCRIBE of this connection is not answered yet. */
    boolean isChangingSubscriptions() {
        return !subscribing.isEmpty() || !unsubscribing.isEmpty();
    }

    /** Whether all that it sent, and all that it has begun to receive, has come to its end. */
    boolean isAtRest() {
        return connected
                && flights.isEmpty()
                && !isChangingSubscriptions()
                && answersOwed.isEmpty()
                && packetIdsReceived.isEmpty();
    }

    // ---- what comes

    /** Takes all that has come; whether that was anything. */
    boolean takeArrived() {
        boolean any = false;
        Packet packet = line == null ? null : line.receiveIfArrived();
        while (packet != null) {
            any = true;
            take(packet);
            packet = line().receiveIfArrived();
        }
        noticeTheEnd(any);
        return any;
    }

    /** The broker closes a connection when it cannot keep what it would have to promise. */
    private void noticeTheEnd(boolean anyArrived) {
        turnsOfSilence = anyArrived || line == null ? 0 : turnsOfSilence + 1;
        if (turnsOfSilence == TURNS_OF_SILENCE_MAX) {
            turnsOfSilence = 0;
            if (line().isAtEnd()) {
                lose();
            }
        }
    }

    /** Sends so many of the acknowledgements that it owes, at most. */
    void answer(int most) {
        for (int i = 0; i < most && !answersOwed.isEmpty(); i++) {
            answersOwed.remove().run();
        }
    }

    private void take(Packet packet) {
        int packetId = packet.packetId();
        switch (packet.type()) {
            case CONNACK -> connected(packet);
            case PUBLISH -> received(packet);
            case PUBREL -> {
                packetIdsReceived.remove(packetId);
                answersOwed.add(() -> line().pubcomp(packetId));
            }
            case PUBACK -> acknowledged(flights.remove(packetId), packet);
            case PUBREC -> recorded(packet);
            case PUBCOMP -> flights.remove(packetId);
            case SUBACK -> subscribed(packet);
            case UNSUBACK -> unsubscribed(packet);
            case DISCONNECT -> {}
            case RESERVED, CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, PINGRESP, AUTH ->
                throw new AssertionError(id + " did not expect " + packet);
        }
    }

    private void received(Packet publish) {
        int packetId = publish.packetId();
        if (publish.qos() < 2) {
            promises.received(id, publish);
            if (publish.qos() == 1) {
                answersOwed.add(() -> line().puback(packetId));
            }
        } else {
            if (packetIdsReceived.add(packetId)) {
                promises.received(id, publish);
            }
            answersOwed.add(() -> line().pubrec(packetId));
        }
    }

    private void acknowledged(@Nullable Flight flight, Packet answer) {
        if (flight != null && answer.reason() < FAILURE) {
            promises.acknowledged(flight.message);
        }
    }

    private void recorded(Packet pubrec) {
        int packetId = pubrec.packetId();
        Flight flight = flights.get(packetId);
        acknowledged(flight, pubrec);
        if (flight == null || pubrec.reason() >= FAILURE) {
            flights.remove(packetId);
        } else {
            flight.released = true;
            line().pubrel(packetId);
        }
    }

    private void subscribed(Packet suback) {
        Request request = subscribing.remove(suback.packetId());
        if (request != null && suback.codes().get(0) < FAILURE) {
            promises.subscribed(id, request.prefix);
            willIsStored(request);
        }
    }

    private void unsubscribed(Packet unsuback) {
        Request request = unsubscribing.remove(unsuback.packetId());
        if (request != null && unsuback.codes().stream().allMatch(code -> code < FAILURE)) {
            promises.unsubscribed(id, request.prefix);
            willIsStored(request);
        }
    }

    /** CONNACK of a session that was there does not say so, but what comes later does. */
    private void willIsStored(Request request) {
        if (will != null && request.isNews) {
            promises.acknowledged(will);
        }
    }

    @Override
    public String toString() {
        return id + " connected=" + connected + " flights=" + flights.size() + " received=" + packetIdsReceived
                + " answersOwed=" + answersOwed.size() + " subscribing=" + subscribing + " unsubscribing="
                + unsubscribing;
    }
}
