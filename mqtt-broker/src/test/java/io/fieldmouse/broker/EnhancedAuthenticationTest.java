package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.ScramClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in by AUTH (MQTT 5 section 4.12), who is not, and as whom. */
@OneLaneAndFour
class EnhancedAuthenticationTest extends AuthenticationTestBase {

    @Test
    @Proves({"MQTT-4.12.0-2", "MQTT-4.12.0-5", "MQTT-3.15.2-1", "MQTT-3.15.2-2", "MQTT-3.15.2-3"})
    void clientProvesItselfAndTheBrokerToo() {
        ScramClient alice = alice();
        RawClient client = open(5);
        Packet challenge = challenged(client, connect("a"), alice);
        assertEquals(ScramClient.METHOD, challenge.text(Property.AUTHENTICATION_METHOD));
        assertFalse(challenge.has(Property.REASON_STRING));
        assertFalse(challenge.has(Property.USER_PROPERTY));
        auth(client, CONTINUE, alice.last(challenge.data(Property.AUTHENTICATION_DATA)));
        Packet answer = client.expect(PacketType.CONNACK);
        assertEquals(0, answer.reason());
        assertEquals(ScramClient.METHOD, answer.text(Property.AUTHENTICATION_METHOD));
        alice.requireProof(answer.data(Property.AUTHENTICATION_DATA));
        assertEquals(1, client.subscribe("t", 1));
        assertEquals(0x10, client.publish("nobody/listens", "x", 1));
        client.publish("t", "x", 0);
        client.expectPublish("t", "x");
        client.disconnect();
    }

    @Test
    void proofThatFailsLeavesOneLineWithTheUser() {
        try (LogLines log = new LogLines()) {
            ScramClient wrong = new ScramClient("alice", "wrong", "abc");
            RawClient client = open(5);
            Packet challenge = challenged(client, connect("c"), wrong);
            auth(client, CONTINUE, wrong.last(challenge.data(Property.AUTHENTICATION_DATA)));
            client.expect(PacketType.CONNACK);
            client.expectClosed();
            List<String> lines = log.with("client=\"c\"");
            assertEquals(1, lines.size(), lines::toString);
            assertTrue(lines.get(0).startsWith("client=\"c\" user=\"alice\" "), lines::toString);
            assertTrue(
                    lines.get(0)
                            .endsWith(" reason=\"not authorized (0x87)\""
                                    + " detail=\"authentication failed, method SCRAM-SHA-256: wrong password\""),
                    lines::toString);
        }
    }

    @Test
    void methodThatIsNotOfferedIsNamed() {
        try (LogLines log = new LogLines()) {
            RawClient client = open(5);
            client.send(
                    connect("c").with(Property.authenticationMethod("GS2-KRB5")).bytes());
            assertEquals(0x8C, client.expect(PacketType.CONNACK).reason());
            await("the line", () -> !log.with("authentication method 'GS2-KRB5' is not offered")
                    .isEmpty());
        }
    }

    @Test
    void clientThatSendsNoDataIsAskedForIt() {
        RawClient client = open(5);
        client.send(connect("a")
                .with(Property.authenticationMethod(ScramClient.METHOD))
                .bytes());
        Packet question = client.expect(PacketType.AUTH);
        assertEquals(CONTINUE, question.reason());
        assertFalse(question.has(Property.AUTHENTICATION_DATA));
        ScramClient alice = alice();
        auth(client, CONTINUE, alice.first());
        Packet challenge = client.expect(PacketType.AUTH);
        auth(client, CONTINUE, alice.last(challenge.data(Property.AUTHENTICATION_DATA)));
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
    }

    @Test
    void sessionIsResumedOnWhicheverLaneItLives() {
        for (int i = 0; i < 8; i++) {
            String id = "client-" + i;
            RawClient first = scramClient(connect(id).durable());
            first.subscribe("t", 1);
            first.disconnect();
            RawClient again = open(5);
            assertTrue(authenticated(again, connect(id).durable(), alice()).sessionPresent());
            assertEquals(0, again.publish(Publish.of("t", id).qos(0, 0)));
            again.expectPublish("t", id);
            again.disconnect();
        }
    }

    @Test
    void methodOfTheOwnersIsOfferedToo() {
        RawClient client = open(5);
        Packet answer = client.connect(connect("a")
                .with(Property.authenticationMethod("WORD"))
                .with(Property.authenticationData(Wire.bytes("bob"))));
        assertEquals(0, answer.reason());
        assertEquals("WORD", answer.text(Property.AUTHENTICATION_METHOD));
        assertFalse(answer.has(Property.AUTHENTICATION_DATA));
        client.expectSilence();
    }

    // ---- who is not let in

    @Test
    @Proves("MQTT-4.12.0-4")
    void wrongPasswordIsRefused() {
        ScramClient guess = new ScramClient("alice", "guess", "abc");
        RawClient client = open(5);
        Packet challenge = challenged(client, connect("a"), guess);
        auth(client, CONTINUE, guess.last(challenge.data(Property.AUTHENTICATION_DATA)));
        expectRefused(client, 0x87);
    }

    @Test
    void userNobodyKnowsIsAskedLikeAnyOtherAndRefusedInTheSameWords() {
        RawClient wrong = open(5);
        ScramClient guess = new ScramClient("alice", "guess", "abc");
        auth(wrong, CONTINUE, guess.last(challenged(wrong, connect("a"), guess).data(Property.AUTHENTICATION_DATA)));
        RawClient unknown = open(5);
        ScramClient mallory = new ScramClient("mallory", "guess", "abc");
        auth(
                unknown,
                CONTINUE,
                mallory.last(challenged(unknown, connect("b"), mallory).data(Property.AUTHENTICATION_DATA)));
        Packet answer = unknown.expect(PacketType.CONNACK);
        assertEquals(0x87, answer.reason());
        assertEquals(answer.toString(), wrong.expect(PacketType.CONNACK).toString());
    }

    @Test
    void answerToAnotherChallengeIsRefused() {
        ScramClient alice = alice();
        RawClient overheard = open(5);
        byte[] last = alice.last(challenged(overheard, connect("a"), alice).data(Property.AUTHENTICATION_DATA));
        RawClient replaying = open(5);
        challenged(replaying, connect("b"), alice);
        auth(replaying, CONTINUE, last);
        expectRefused(replaying, 0x87);
        auth(overheard, CONTINUE, last);
        assertEquals(0, overheard.expect(PacketType.CONNACK).reason());
    }

    @Test
    @Proves("MQTT-4.12.0-4")
    void badDataInConnectIsRefused() {
        RawClient client = open(5);
        client.send(connect("a")
                .with(Property.authenticationMethod(ScramClient.METHOD))
                .with(Property.authenticationData(Wire.bytes("p=tls-unique,,n=alice,r=abc")))
                .bytes());
        expectRefused(client, 0x87);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-1", "scram-sha-256", "SCRAM-SHA-256-PLUS", "", "MOOD"})
    @Proves("MQTT-4.12.0-1")
    void methodThatIsNotOfferedIsRefused(String name) {
        RawClient client = open(5);
        Packet answer = client.connect(connect("a").with(Property.authenticationMethod(name)));
        assertEquals(0x8C, answer.reason());
        client.expectClosed();
    }

    @Test
    void nobodyHasASessionBeforeItIsAuthenticated() {
        RawClient resident = scramClient(connect("a").durable());
        RawClient intruder = open(5);
        ScramClient guess = new ScramClient("alice", "guess", "abc");
        Packet challenge = challenged(intruder, connect("a"), guess);
        resident.expectSilence();
        auth(intruder, CONTINUE, guess.last(challenge.data(Property.AUTHENTICATION_DATA)));
        expectRefused(intruder, 0x87);
        resident.expectSilence();
    }

    // ---- with the password file and the rules

    @Test
    void withoutPasswordFileThereIsNoScram() {
        broker.close();
        broker = TestBroker.start(directory, lanes);
        RawClient client = open(5);
        Packet answer = client.connect(connect("a").with(Property.authenticationMethod(ScramClient.METHOD)));
        assertEquals(0x8C, answer.reason());
        client.expectClosed();
    }

    @Test
    void scramIsOfferedFromItsFirstUserToItsLast() {
        files.users(AccessFiles.ALICE);
        await("no user is left who could use it", () -> firstAnswer(alice()) == 0x8C);
        files.users(AccessFiles.ALICE, user("bob"));
        await("there is such a user again", () -> firstAnswer(bob()) == CONTINUE);
        authenticated(open(5), connect("b"), bob());
    }

    /** The reason in CONNACK or AUTH. */
    private int firstAnswer(ScramClient scram) {
        RawClient client = open(5);
        client.send(connect("probe")
                .with(Property.authenticationMethod(ScramClient.METHOD))
                .with(Property.authenticationData(scram.first()))
                .bytes());
        int reason = client.receive().reason();
        client.close();
        return reason;
    }

    @Test
    void userWhosePasswordChangesIsDisconnected() {
        RawClient alice = scramClient(connect("a"));
        RawClient bob = open(5);
        authenticated(bob, connect("b"), bob());
        files.users(user("alice").replace("alice", "carol"), user("bob"));
        alice.expectDisconnect(0x87);
        bob.expectSilence();
    }

    @Test
    void rulesAreAskedAboutTheUserThatIsProvenAndNotTheOneThatConnectNames() {
        restartWith("acl_file", files.rules("pattern readwrite %u/#").acl());
        RawClient client = scramClient(connect("a").login("bob", "secret of bob"));
        assertEquals(0x10, client.publish("alice/x", "x", 1));
        assertEquals(0x87, client.publish("bob/x", "x", 1));
    }

    @Test
    void willThatMayNotBeWrittenIsRefusedWithTheConnect() {
        restartWith("acl_file", files.rules("pattern readwrite %u/#").acl());
        ScramClient alice = alice();
        RawClient client = open(5);
        Packet challenge = challenged(client, connect("a").will("bob/x", "x", 0, false), alice);
        auth(client, CONTINUE, alice.last(challenge.data(Property.AUTHENTICATION_DATA)));
        expectRefused(client, 0x87);
    }

    @Test
    void passwordThatIsRefusedIsCounted() {
        ScramClient guess = new ScramClient("alice", "guess", "abc");
        RawClient client = open(5);
        auth(
                client,
                CONTINUE,
                guess.last(challenged(client, connect("a"), guess).data(Property.AUTHENTICATION_DATA)));
        expectRefused(client, 0x87);
        assertEquals(1, broker.count(Counter.REFUSED_LOGIN));
    }
}
