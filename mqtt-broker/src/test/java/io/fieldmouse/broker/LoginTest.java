package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Who is let in. */
@OneLaneAndFour
class LoginTest extends BrokerTestBase {
    private static final int[] LEVELS = {3, 4, 5};

    /** So many iterations that no test waits for the end of it. */
    private static final String SLOW = "slow:$7$9999999$" + AccessFiles.ALICE.substring("alice:$7$101$".length());

    private AccessFiles files() {
        return new AccessFiles(directory);
    }

    @Override
    String[] settings() {
        files().users(AccessFiles.ALICE, AccessFiles.BOB);
        return new String[] {"password_file", files().passwords()};
    }

    @Test
    void theRightPasswordIsAccepted() {
        for (int level : LEVELS) {
            open(level).connected(Connect.as(level, "a").login("alice", "secret"));
        }
    }

    @Test
    void wrongCredentialsAreRefusedAndTheConnectionClosed() {
        for (int level : LEVELS) {
            int expected = level == 5 ? 0x86 : 4;
            List<Connect> wrong = List.of(
                    Connect.as(level, "a").login("alice", "Secret"),
                    Connect.as(level, "a").login("alice", ""),
                    Connect.as(level, "a").login("Alice", "secret"),
                    Connect.as(level, "a").login("", "secret"),
                    Connect.as(level, "a").user("alice"),
                    Connect.as(level, "a").login("nobody", "secret"));
            for (Connect connect : wrong) {
                RawClient client = open(level);
                assertEquals(expected, client.connect(connect).reason());
                client.expectClosed();
            }
        }
        assertEquals(18, broker.count(Counter.REFUSED_LOGIN));
        assertEquals(18, broker.count(Counter.CONNECTIONS_REFUSED));
    }

    @Test
    void withAPasswordFileNobodyIsLetInNameless() {
        for (int level : LEVELS) {
            RawClient client = open(level);
            assertEquals(
                    level == 5 ? 0x87 : 5,
                    client.connect(Connect.as(level, "a")).reason());
            client.expectClosed();
        }
        assertEquals(3, broker.count(Counter.REFUSED_LOGIN));
    }

    @Test
    void anonymousClientsAreLetInBesideNamedOnesWhereTheConfigurationSaysSo() {
        for (String anonymous : List.of("loopback", "anywhere")) {
            restartWith("password_file", files().passwords(), "anonymous", anonymous);
            client(4, "nameless");
            RawClient wrong = open(4);
            assertEquals(
                    4, wrong.connect(Connect.as(4, "a").login("alice", "x")).reason(), anonymous);
        }
    }

    @Test
    void whatFollowsConnectWaitsUntilTheClientIsAccepted() {
        // [MQTT-3.1.4-6]: sent along with CONNECT, and done after it or never
        RawClient watcher = open(4).connected(Connect.as(4, "w").login("bob", "secret"));
        assertEquals(0, watcher.subscribe("t", 0));

        RawClient refused = open(4);
        refused.send(
                Connect.as(4, "refused").login("alice", "wrong").bytes(),
                Publish.of("t", "of a stranger").bytes(4));
        assertEquals(4, refused.receive().reason());
        refused.expectClosed();
        RawClient accepted = open(4);
        accepted.send(
                Connect.as(4, "accepted").login("alice", "secret").bytes(),
                Publish.of("t", "of alice").bytes(4),
                Wire.packet(0xC0));

        assertEquals(0, accepted.receive().reason());
        accepted.expect(PacketType.PINGRESP);
        watcher.expectPublish("t", "of alice");
        watcher.expectSilence();
    }

    @Test
    void aStormOfLoginsIsBoundedAndThoseWhoWereInBeforeComeBackAtOnce() {
        files().users(AccessFiles.ALICE, SLOW);
        restartWith("password_file", files().passwords(), "logins_waiting_max", "1");
        open(5).connected(Connect.as(5, "a").login("alice", "secret")).disconnect();

        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        List<RawClient> storm = new ArrayList<>();
        for (int i = 0; i < threads + 1; i++) {
            RawClient client = open(5);
            client.send(Connect.as(5, "storm-" + i).login("slow", "x").bytes());
            storm.add(client);
        }
        // The threads may not have taken theirs yet: then it is one of the first that is refused.
        while (broker.count(Counter.REFUSED_LOGIN_BUSY) == 0) {
            RawClient client = open(5);
            client.send(Connect.as(5, "late").login("slow", "x").bytes());
            storm.add(client);
            if (storm.size() == threads + 2) {
                await("one is refused", () -> broker.count(Counter.REFUSED_LOGIN_BUSY) > 0);
            }
        }
        Packet answer = storm.stream()
                .map(client -> client.receiveWithin(Duration.ofMillis(300)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        assertEquals(0x89, answer.reason());

        open(5).connected(Connect.as(5, "a").login("alice", "secret"));
    }

    @Test
    void aNameThatNobodyChecksIsNone() {
        files().rules("user alice", "topic #");
        restartWith("acl_file", files().acl());

        RawClient client = open(5).connected(Connect.as(5, "a").login("alice", "whatever"));

        assertEquals(0x87, client.publish("t", "x", 1));
    }

    @Test
    void withoutPasswordsAndNamelessClientsNobodyCouldConnect() {
        BrokerConfig config = TestBroker.config(directory.resolve("other"), lanes, "anonymous", "never");

        BrokerStartException refused = assertThrows(BrokerStartException.class, () -> Broker.start(config));

        assertTrue(String.valueOf(refused.getMessage()).contains("set password_file"), refused::getMessage);
    }

    @Test
    void aFileThatCannotBeUsedPreventsTheStart() {
        files().users("alice:secret").rules("topc read a");
        String missing = directory.resolve("missing").toString();
        List<String[]> cases = List.of(
                new String[] {"password_file", files().passwords(), files().passwords() + ":1: "},
                new String[] {"acl_file", files().acl(), files().acl() + ":1: "},
                new String[] {"password_file", missing, missing + ": there is no such file"},
                new String[] {"acl_file", missing, missing + ": there is no such file"});
        for (String[] wrong : cases) {
            BrokerConfig config = TestBroker.config(directory.resolve("other"), lanes, wrong[0], wrong[1]);
            BrokerStartException refused = assertThrows(BrokerStartException.class, () -> Broker.start(config));
            assertTrue(String.valueOf(refused.getMessage()).startsWith(wrong[2]), refused::getMessage);
        }
    }

    @Test
    void withPasswordsItMayListenToTheNetwork() throws BrokerStartException {
        Broker.start(TestBroker.config(
                        directory.resolve("other"), lanes, "bind", "0.0.0.0", "password_file", files().passwords()))
                .close();
    }
}
