package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Mutator;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketGrammar;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.RawClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Several clients at once whose conversations a mutator has made bad: they take each other over, leave wills, end in
 * the middle of exchanges, and the broker is restarted in between. Beside them a publisher and a durable subscriber
 * behave: nothing of theirs is lost, doubled or reordered.
 */
@OneLaneAndFour
class ConversationFuzzTest extends BrokerTestBase {
    private static final long ROUNDS = Math.max(40, Long.getLong("fieldmouse.fuzz", 100_000) / 2_500);
    private static final long FIRST_SEED = Long.getLong("fieldmouse.seed", 1);
    private static final int TOGETHER = 8;
    private static final int ROUNDS_OF_A_BROKER = 10;

    /** No wildcard reaches it: a mutant that subscribes to everything and goes away would fill up, and refuse it. */
    private static final String TOPIC = "$pair/talk";

    private final List<String> unfinished = new ArrayList<>();
    private int messages;

    @Override
    String[] settings() {
        return new String[] {"durability", "os"};
    }

    @Test
    void nothingIsLostOrDoubledBesideMutatedConversations() {
        try (ErrorLog log = new ErrorLog()) {
            subscribedAndAway("subscriber", TOPIC, 2);
            for (long seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed++) {
                try {
                    if (seed % ROUNDS_OF_A_BROKER == 0) {
                        leaveUnfinished();
                        broker.restart();
                        finish();
                    }
                    round(new Random(seed));
                    assertEquals(List.of(), log.errors());
                } catch (AssertionError e) {
                    throw new AssertionError("-Dfieldmouse.seed=" + seed + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private void round(Random random) {
        List<byte[][]> conversations = new ArrayList<>();
        List<RawClient> mutants = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < TOGETHER; i++) {
            Mutator mutator = new Mutator(random);
            byte[][] pieces = mutator.pieces(mutator.mutated(new PacketGrammar(random).conversation()));
            conversations.add(pieces);
            order.addAll(Collections.nCopies(pieces.length, i));
            mutants.add(new RawClient(broker.port(), 4));
        }
        Collections.shuffle(order, random);
        int[] next = new int[TOGETHER];
        try (RawClient publisher = new RawClient(broker.port(), 5);
                RawClient subscriber = new RawClient(broker.port(), 4)) {
            publisher.connected(Connect.as(5, "publisher"));
            subscriber.connected(Connect.as(4, "subscriber").durable());
            for (int i : order) {
                mutants.get(i).send(conversations.get(i)[next[i]++]);
                if (random.nextInt(4) == 0) {
                    receive(subscriber, publish(publisher));
                }
            }
            mutants.forEach(mutant -> {
                if (random.nextBoolean()) {
                    mutant.reset();
                } else {
                    mutant.close();
                }
            });
            receive(subscriber, publish(publisher));
            subscriber.expectSilence();
            subscriber.disconnect();
            publisher.disconnect();
        }
        away();
    }

    private String publish(RawClient publisher) {
        String payload = "message " + messages++;
        assertEquals(0, publisher.publish(TOPIC, payload, qosOf(payload)));
        return payload;
    }

    private static void receive(RawClient subscriber, String payload) {
        Packet packet = subscriber.expectPublish(TOPIC, payload);
        assertFalse(packet.dup(), packet::toString);
        subscriber.acknowledge(packet);
    }

    /** In the order of their QoS, each of them; all are under way before the first is acknowledged. */
    private static void receiveAll(RawClient subscriber, List<String> payloads) {
        List<Packet> packets = new ArrayList<>();
        for (int i = 0; i < payloads.size(); i++) {
            packets.add(subscriber.expect(PacketType.PUBLISH));
        }
        for (int qos = 1; qos <= 2; qos++) {
            int wanted = qos;
            assertEquals(
                    payloads.stream()
                            .filter(payload -> qosOf(payload) == wanted)
                            .toList(),
                    packets.stream()
                            .filter(packet -> packet.qos() == wanted)
                            .map(Packet::payloadText)
                            .toList());
        }
        packets.forEach(subscriber::acknowledge);
    }

    private static int qosOf(String payload) {
        return 1 + Integer.parseInt(payload.substring(payload.indexOf(' ') + 1)) % 2;
    }

    /** What is published while the subscriber is away comes in order when it is back. */
    private void away() {
        List<String> sent = new ArrayList<>();
        try (RawClient publisher = new RawClient(broker.port(), 5)) {
            publisher.connected(Connect.as(5, "publisher"));
            for (int i = 0; i < 3; i++) {
                sent.add(publish(publisher));
            }
        }
        try (RawClient subscriber = new RawClient(broker.port(), 4)) {
            assertTrue(subscriber.connect(Connect.as(4, "subscriber").durable()).sessionPresent());
            receiveAll(subscriber, sent);
            subscriber.expectSilence();
            subscriber.disconnect();
        }
    }

    /** Messages that the subscriber was sent and has not acknowledged. */
    private void leaveUnfinished() {
        try (RawClient publisher = new RawClient(broker.port(), 5);
                RawClient subscriber = new RawClient(broker.port(), 4)) {
            publisher.connected(Connect.as(5, "publisher"));
            subscriber.connected(Connect.as(4, "subscriber").durable());
            for (int i = 0; i < 3; i++) {
                unfinished.add(publish(publisher));
                assertEquals(
                        unfinished.get(i), subscriber.expect(PacketType.PUBLISH).payloadText());
            }
        }
    }

    private void finish() {
        try (RawClient subscriber = new RawClient(broker.port(), 4)) {
            assertTrue(subscriber.connect(Connect.as(4, "subscriber").durable()).sessionPresent());
            receiveAll(subscriber, unfinished);
            subscriber.expectSilence();
            subscriber.disconnect();
        }
        unfinished.clear();
    }
}
