package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.edge.system.RawMqtt.Packet;
import io.fieldmouse.edge.system.RawMqtt.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One of everything that {@code $SYS} counts, by whole exchanges: when {@link #run} returns, nothing is on its way, and
 * the clients know of every packet that passed.
 *
 * <p>It leaves four clients connected, with four subscriptions and two shared ones; one session whose client is away,
 * with a subscription, a full queue, and one message that was dropped; a session that expires a second later; one
 * retained message.
 */
final class SysTraffic implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    /** What a session's queue has to have room for, and no more. */
    static final int QUEUE_MESSAGES = 10;

    private static final int MAILS = QUEUE_MESSAGES + 1;

    /** PUBLISH packets that the clients send. */
    static final int PUBLISHES = 10 + MAILS;

    /** How many of them are neither retained nor of QoS 2. */
    static final int PLAIN_PUBLISHES = 6 + MAILS;

    /** Bytes of payload that the clients send in PUBLISH packets. */
    static final int PAYLOAD_BYTES =
            3 * "payload".length() + 4 * "job".length() + 2 * "kept".length() + MAILS * "mail".length();

    private final int port;
    private final Tally tally;
    private final List<RawMqtt> open = new ArrayList<>();

    SysTraffic(int port, Tally tally) {
        this.port = port;
        this.tally = tally;
    }

    void run() throws IOException {
        RawMqtt subscriber = client(RawMqtt.MQTT_3_1_1);
        subscriber.connect("subscriber", true);
        RawMqtt five = client(RawMqtt.MQTT_5);
        five.connect("five", true);
        RawMqtt other = client(RawMqtt.MQTT_5);
        other.connect("other", true);
        RawMqtt publisher = client(RawMqtt.MQTT_3_1_1);
        publisher.connect("publisher", true);

        subscribe(subscriber, "plain/t", 2);
        subscribe(subscriber, "wild/+/x", 1);
        subscribe(subscriber, "wild/+/x", 0); // in the other's place
        subscribe(subscriber, "gone", 0);
        subscriber.unsubscribe(1, "gone");
        expect(subscriber, 11);
        subscribe(five, "plain/#", 1);
        subscribe(five, "$share/g/jobs", 0);
        subscribe(other, "$share/g/jobs", 0);
        subscribe(other, "other", 0);

        everyQos(publisher, subscriber, five);
        shared(publisher, five, other);
        retained(publisher);
        away(publisher);
        wills(five);
        RawMqtt passing = client(RawMqtt.MQTT_5);
        passing.connectExpiring("passing", 1);
        passing.disconnect();
    }

    private RawMqtt client(int level) throws IOException {
        RawMqtt client = new RawMqtt(level, port, PATIENCE_MILLIS, tally);
        open.add(client);
        return client;
    }

    private static void subscribe(RawMqtt client, String filter, int qos) throws IOException {
        client.subscribe(1, filter, qos);
        expect(client, 9);
    }

    private static Packet expect(RawMqtt client, int type) throws IOException {
        Packet packet = client.read();
        assertEquals(type, packet.type());
        return packet;
    }

    private static void publishAcknowledged(RawMqtt publisher, String topic, String payload, boolean retain)
            throws IOException {
        publisher.publish(topic, payload, 1, retain, false, 1);
        expect(publisher, 4);
    }

    private static void everyQos(RawMqtt publisher, RawMqtt subscriber, RawMqtt five) throws IOException {
        publisher.publish("plain/t", "payload", 0, false, false, 0);
        expect(subscriber, 3);
        expect(five, 3);
        publishAcknowledged(publisher, "plain/t", "payload", false);
        subscriber.reply(4, expect(subscriber, 3).packetId());
        five.reply(4, expect(five, 3).packetId());
        publisher.publish("plain/t", "payload", 2, false, false, 2);
        expect(publisher, 5);
        publisher.reply(6, 2);
        expect(publisher, 7);
        int packetId = expect(subscriber, 3).packetId();
        subscriber.reply(5, packetId);
        expect(subscriber, 6);
        subscriber.reply(7, packetId);
        five.reply(4, expect(five, 3).packetId());
    }

    private static void shared(RawMqtt publisher, RawMqtt five, RawMqtt other) throws IOException {
        for (int i = 0; i < 4; i++) {
            publisher.publish("jobs", "job", 0, false, false, 0);
        }
        for (RawMqtt member : List.of(five, other)) {
            expect(member, 3);
            expect(member, 3);
        }
    }

    private static void retained(RawMqtt publisher) throws IOException {
        publishAcknowledged(publisher, "kept/1", "kept", true);
        publishAcknowledged(publisher, "kept/2", "kept", true);
        publishAcknowledged(publisher, "kept/2", "", true);
    }

    /** One more than there is room for. */
    private void away(RawMqtt publisher) throws IOException {
        RawMqtt away = client(RawMqtt.MQTT_3_1_1);
        away.connect("away", false);
        subscribe(away, "mail", 1);
        away.disconnect();
        for (int i = 0; i < MAILS; i++) {
            publishAcknowledged(publisher, "mail", "mail", false);
        }
    }

    /** The one of a client whose connection is lost, and not the one of a client that says goodbye. */
    private void wills(RawMqtt witness) throws IOException {
        RawMqtt polite = client(RawMqtt.MQTT_5);
        polite.connectWithWill("polite", "plain/will", "left");
        polite.disconnect();
        RawMqtt lost = client(RawMqtt.MQTT_3_1_1);
        lost.connectWithWill("lost", "plain/will", "lost");
        lost.close();
        assertEquals("lost", expect(witness, 3).payload());
    }

    @Override
    public void close() throws IOException {
        for (RawMqtt client : open) {
            client.close();
        }
    }
}
