package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What those who are let in may do: at CONNECT, PUBLISH, SUBSCRIBE, delivery, and when a will is due. */
@OneLaneAndFour
class AccessTest extends AccessTestBase {
    private static final int[] LEVELS = {3, 4, 5};
    private static final String[] RULES = {
        "topic read public/#",
        "user alice",
        "topic public/#",
        "topic plant/#",
        "topic deny plant/secret/#",
        "user bob",
        "topic read plant/+/t",
        "pattern own/%u/%c/#"
    };

    @Override
    String[] rules() {
        return RULES;
    }

    private RawClient alice;

    @BeforeEach
    void alicePublishes() {
        alice = as("alice", 5, "publisher");
    }

    // ---- PUBLISH

    @Test
    void whatMayNotBeWrittenIsRefusedWithAReasonInMqtt5() {
        RawClient watcher = as("alice", 4, "watcher");
        watcher.subscribe("plant/#", 2);
        RawClient bob = as("bob", 5, "b");

        bob.publish("plant/1/t", "0", 0);
        assertEquals(0x87, bob.publish("plant/1/t", "1", 1));
        assertEquals(0x87, bob.publish("plant/1/t", "2", 2));
        assertEquals(0x87, bob.publish(Publish.of("plant/1/t", "r").qos(1, 9).retain()));
        bob.expectSilence();

        assertEquals(4, broker.count(Counter.REFUSED_WRITE));
        watcher.expectSilence();
        assertEquals(0, broker.broker().retainedCount());
    }

    @Test
    @Proves("MQTT-3.3.5-2 of 3.1.1")
    void olderClientsAreToldThatAllIsWell() {
        for (int level : new int[] {3, 4}) {
            RawClient watcher = as("alice", 4, "watcher");
            watcher.subscribe("plant/#", 2);
            RawClient bob = as("bob", level, "b");

            // [MQTT-3.3.5-2 of 3.1.1]
            bob.publish("plant/1/t", "0", 0);
            assertEquals(0, bob.publish("plant/1/t", "1", 1));
            assertEquals(0, bob.publish("plant/1/t", "2", 2));
            bob.expectSilence();
            watcher.expectSilence();
        }
        assertEquals(6, broker.count(Counter.REFUSED_WRITE));
    }

    @Test
    void acknowledgementsKeepTheirOrderThoughSomeAreRefused() {
        RawClient bob = as("bob", 5, "b");

        bob.send(
                Publish.of("own/bob/b/x", "1").qos(1, 1).bytes(5),
                Publish.of("plant/1/t", "2").qos(1, 2).bytes(5),
                Publish.of("own/bob/b/x", "3").qos(1, 3).bytes(5));

        bob.expect(PacketType.PUBACK, 1, 0x10);
        bob.expect(PacketType.PUBACK, 2, 0x87);
        bob.expect(PacketType.PUBACK, 3, 0x10);
    }

    @Test
    void namelessClientsHaveTheFirstSection() {
        RawClient nameless = client(5, "n");
        assertEquals(0x87, nameless.publish("public/a", "x", 1));
        assertEquals(1, nameless.subscribe("public/#", 1));
        assertEquals(0x87, nameless.subscribe("own/#", 1));
        assertEquals(0, alice.publish("public/a", "1", 1));
        nameless.expectPublish("public/a", "1");
    }

    @Test
    void aPatternIsForOneUserAndOneClient() {
        RawClient bob = as("bob", 5, "b");
        assertEquals(0x10, bob.publish("own/bob/b/x", "1", 1));
        assertEquals(0x87, bob.publish("own/bob/c/x", "1", 1));
        assertEquals(0x87, bob.publish("own/alice/b/x", "1", 1));
        RawClient wild = as("bob", 5, "+");
        assertEquals(0x87, wild.publish("own/bob/c/x", "1", 1));
        assertEquals(0x87, wild.subscribe("own/bob/+/x", 1));
        assertEquals(0x87, wild.subscribe("own/#", 1));
    }

    // ---- SUBSCRIBE and delivery

    @Test
    void aFilterThatCanBringNothingIsRefused() {
        assertEquals(0x87, as("bob", 5, "b").subscribe("other/#", 1));
        assertEquals(0x87, as("alice", 5, "a").subscribe("plant/secret/+", 1));
        assertEquals(0x80, as("bob", 4, "b").subscribe("other/#", 1));
        assertEquals(3, broker.count(Counter.REFUSED_READ));
        // MQTT 3.1 section 3.8: no way to refuse
        RawClient old = as("alice", 3, "old");
        assertEquals(1, old.subscribe("plant/secret/+", 1));
        alice.publish("plant/secret/x", "1", 1);
        old.expectSilence();
    }

    /** Judging takes the time of all clients of the lane, and what is refused takes no place of those that are bounded. */
    @Test
    void filtersOfOnePacketBeyondTheNumberOfSubscriptionsAreRefusedUnjudged() {
        restartWith("acl_file", files().rules("topic read public/#").acl(), "subscriptions_max", "3");
        RawClient client = client(5, "many");
        client.send(Wire.packet(
                Wire.SUBSCRIBE,
                Wire.u16(1),
                Wire.properties(),
                filters("public/a", "other/b", "other/c", "public/d", "public/a", "other/e")));

        assertEquals(
                List.of(0, 0x87, 0x87, 0x97, 0x97, 0x97),
                client.expect(PacketType.SUBACK).codes());
        assertEquals(2, broker.count(Counter.REFUSED_READ));
        assertEquals(3, broker.count(Counter.REFUSED_SUBSCRIPTION));
        assertEquals(0, client.subscribe("public/d", 0));
        assertEquals(0, client.subscribe("public/e", 0));
        assertEquals(0x97, client.subscribe("other/f", 0));
        assertEquals(2, broker.count(Counter.REFUSED_READ));
    }

    private static byte[] filters(String... filters) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String filter : filters) {
            all.writeBytes(Wire.text(filter));
            all.write(0);
        }
        return all.toByteArray();
    }

    @Test
    void ofAWiderFilterOnlyWhatMayBeReadIsDelivered() {
        for (int level : LEVELS) {
            RawClient bob = as("bob", level, "b");
            for (int qos = 0; qos <= 2; qos++) {
                assertEquals(qos, bob.subscribe("#", qos));
                alice.publish("plant/1/other", "hidden", qos);
                alice.publish("plant/1/t", "shown", qos);
                bob.acknowledge(bob.expectPublish("plant/1/t", "shown", qos));
                bob.expectSilence();
            }
        }
        assertEquals(9, broker.count(Counter.WITHHELD_FROM_READER));
    }

    @Test
    void aPublisherIsNotToldOfReceiversThatMayNotRead() {
        RawClient bob = as("bob", 5, "b");
        bob.subscribe("plant/#", 1);

        assertEquals(0x10, alice.publish("plant/1/other", "x", 1));
        assertEquals(0, alice.publish("plant/1/t", "x", 1));
    }

    @Test
    void retainedMessagesAreFilteredToo() {
        alice.publish(Publish.of("plant/1/t", "shown").qos(1, 1).retain());
        alice.publish(Publish.of("plant/1/other", "hidden").qos(1, 2).retain());
        RawClient bob = as("bob", 5, "b");

        assertEquals(1, bob.subscribe("plant/#", 1));

        bob.acknowledge(bob.expectPublish("plant/1/t", "shown"));
        bob.expectSilence();
    }

    @Test
    void forAClientThatIsAwayOnlyWhatItMayReadIsQueued() {
        RawClient bob = durableAs("bob", 4, "b");
        bob.subscribe("plant/#", 1);
        bob.disconnect();

        assertEquals(0x10, alice.publish("plant/1/other", "hidden", 1));
        assertEquals(0, alice.publish("plant/1/t", "shown", 1));

        RawClient again = durableAs("bob", 4, "b");
        again.acknowledge(again.expectPublish("plant/1/t", "shown"));
        again.expectSilence();
    }

    @Test
    void forAClientThatIsAwaySinceBeforeARestartOnlyWhatItMayReadIsQueued() {
        RawClient bob = durableAs("bob", 4, "b");
        bob.subscribe("plant/#", 1);
        bob.disconnect();
        alice.publish("plant/1/t", "before", 1);
        broker.restart();
        RawClient publisher = as("alice", 5, "publisher");
        assertEquals(0x10, publisher.publish("plant/1/other", "hidden", 1));
        assertEquals(0, publisher.publish("plant/1/t", "after", 1));

        RawClient again = durableAs("bob", 4, "b");

        again.acknowledge(again.expectPublish("plant/1/t", "before"));
        again.acknowledge(again.expectPublish("plant/1/t", "after"));
        again.expectSilence();
    }

    // ---- wills

    @Test
    @Proves({"MQTT-3.1.4-2", "MQTT-3.2.2-8"})
    void aWillThatMayNotBeWrittenIsRefusedAtConnect() {
        for (int level : LEVELS) {
            RawClient bob = open(level);
            int answer = bob.connect(
                            Connect.as(level, "b").login("bob", "secret").will("plant/1/t", "gone", 1, false))
                    .reason();
            assertEquals(level == 5 ? 0x87 : 5, answer);
            bob.expectClosed();
        }
        assertEquals(3, broker.count(Counter.REFUSED_WRITE));
        as("bob", Connect.as(4, "b").will("own/bob/b/state", "gone", 1, false));
    }

    @Test
    @Proves("MQTT-3.1.4-2")
    void aRefusedClientLeavesThoseOfItsNameAlone() {
        RawClient there = as("bob", 5, "b");
        RawClient refused = open(5);
        refused.connect(Connect.as(5, "b").login("bob", "wrong"));
        RawClient refusedToo = open(5);
        refusedToo.connect(Connect.as(5, "b").login("bob", "secret").will("plant/1/t", "gone", 1, false));

        refused.expectClosed();
        refusedToo.expectClosed();
        there.expectSilence();
    }

    @Test
    void aWillThatIsDueAfterARestartIsJudgedByTheRulesOfThatDay() {
        Connect connect = Connect.as(5, "b").durable().will("own/bob/b/state", "gone", 1, true);
        as("bob", connect.willWith(Property.willDelay(1000))).reset();
        broker.stop();
        files().rules("user alice", "topic #", "user bob", "topic read plant/+/t");
        SettableTime later = new SettableTime();
        later.set(Instant.now().plusSeconds(2000));
        broker = TestBroker.start(directory, lanes, later, withFilesAndAlso());

        assertEquals(1, broker.count(Counter.REFUSED_WRITE));
        assertEquals(0, broker.broker().retainedCount());
    }

    // ---- $SYS and its like

    @Test
    void topicsOfTheServerHaveToBeAllowedByName() {
        files().rules("user alice", "topic #", "user bob", "topic #", "topic read $SYS/#");
        restartWith(withFilesAndAlso());
        assertEquals(0x87, as("alice", 5, "a").subscribe("$SYS/#", 0));
        assertEquals(0, as("bob", 5, "b").subscribe("$SYS/#", 0));
    }

    @Test
    void aClientThatSendsFastIsJudgedForEachMessage() {
        files().rules("user alice", "topic #", "user bob", "topic own/1", "topic own/3");
        restartWith(withFilesAndAlso());
        RawClient reader = as("alice", 4, "reader");
        reader.subscribe("own/#", 0);
        RawClient bob = as("bob", 4, "b");
        byte[] burst = {};
        for (int round = 0; round < 50; round++) {
            for (int topic = 1; topic <= 4; topic++) {
                burst = Wire.join(
                        burst,
                        Publish.of("own/" + topic, Integer.toString(round)).bytes(4));
            }
        }
        bob.send(burst);
        for (int round = 0; round < 50; round++) {
            reader.expectPublish("own/1", Integer.toString(round));
            reader.expectPublish("own/3", Integer.toString(round));
        }
        bob.expectSilence();
        reader.expectSilence();
        assertEquals(100, broker.count(Counter.REFUSED_WRITE));
    }
}
