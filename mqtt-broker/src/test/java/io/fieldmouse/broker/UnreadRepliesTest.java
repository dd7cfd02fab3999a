package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * A client that asks and does not read the answers: the broker stops reading from it, so that what it holds for this
 * client has a bound, and goes on when the client reads.
 */
@OneLaneAndFour
class UnreadRepliesTest extends BrokerTestBase {
    private static final byte[] ECHO = new byte[20_000];
    private static final int ROUNDS = 500;
    private static final Duration SLOW = Duration.ofSeconds(8);

    /** What sockets keep, some megabytes, and a little of the broker's own: beyond, there is no bound. */
    private static final int ECHOES_MAX = 1_000;

    /**
     * Has everything it publishes sent back, which it does not read, until the broker takes no more of it. Returns how
     * often it published; the last time is not taken.
     */
    private int fill(RawClient deaf, RawClient neighbour) {
        deaf.subscribe("echo", 0);
        int published = 0;
        do {
            assertTrue(published < ECHOES_MAX, "the broker reads on, whatever is unread");
            deaf.send(Publish.of("echo", ECHO));
            published++;
        } while (isTaken(published, neighbour));
        return published;
    }

    private static void ask(RawClient deaf, int round) {
        deaf.send(Publish.of("nobody", "x").qos(1, round));
        deaf.sendSubscribe(round, "##", 0, new byte[0]);
        deaf.ping();
    }

    private static void expectAnswers(RawClient client, int round) {
        client.expect(PacketType.PUBACK, round, 0x10);
        assertEquals(round, client.expect(PacketType.SUBACK).packetId());
        client.expect(PacketType.PINGRESP);
    }

    @Test
    void clientThatDoesNotReadIsReadNoFurtherAndMissesNothingWhenItReadsAgain() {
        RawClient deaf = broker.openDeaf(5).connected(Connect.as(5, "deaf"));
        RawClient neighbour = client(5, neighbourOf("deaf"));
        int echoes = fill(deaf, neighbour);
        for (int round = 1; round <= ROUNDS; round++) {
            ask(deaf, round);
        }
        assertFalse(isTaken(echoes, neighbour), "answered into some buffer");
        neighbour.subscribe("t", 1);
        assertEquals(0, client(4, "p").publish("t", "x", 1));
        neighbour.expectPublish("t", "x", 1);
        for (int i = 0; i < echoes; i++) {
            assertEquals(ECHO.length, deaf.expect(PacketType.PUBLISH).payload().length);
        }
        for (int round = 1; round <= ROUNDS; round++) {
            expectAnswers(deaf, round);
        }
        deaf.expectSilence();
        assertEquals(0, broker.count(Counter.DROPPED_SLOW_READER));
    }

    @Test
    void clientThatReadsSlowlyAndPingsIsNotTakenForDead() {
        RawClient slow = broker.openDeaf(4).connected(Connect.as(4, "slow").keepAlive(2));
        slow.subscribe("flood", 0);
        RawClient publisher = client(4, neighbourOf("slow"));
        while (broker.count(Counter.DROPPED_SLOW_READER) == 0) {
            publisher.send(Publish.of("flood", new byte[2_000]));
            publisher.expectSilence();
        }
        int pings = 0;
        int answers = 0;
        // Longer than twice its keep alive and a half, of which it needs more to read what waits for it.
        for (long end = System.nanoTime() + SLOW.toNanos(); System.nanoTime() < end; pings++) {
            for (int i = 0; i < 4; i++) {
                publisher.send(Publish.of("flood", new byte[2_000]));
            }
            slow.ping();
            answers += slow.receive().type() == PacketType.PINGRESP ? 1 : 0;
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        while (answers < pings) {
            answers += slow.receive().type() == PacketType.PINGRESP ? 1 : 0;
        }
    }

    @Test
    void clientThatDoesNotReadIsHeldToItsKeepAlive() {
        RawClient watcher = client(4, "watcher");
        watcher.subscribe("gone", 0);
        RawClient deaf =
                broker.openDeaf(4).connected(Connect.as(4, "deaf").keepAlive(1).will("gone", "deaf", 0, false));
        fill(deaf, client(4, neighbourOf("deaf")));
        await("it is not heard, however often it pings", () -> {
            deaf.ping();
            return watcher.receiveWithin(Duration.ofMillis(50)) != null;
        });
    }
}
