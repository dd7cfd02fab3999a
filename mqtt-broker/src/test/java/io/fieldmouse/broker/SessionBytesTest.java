package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What sessions make the broker hold although nothing flows: their wills and their subscriptions. */
@OneLaneAndFour
class SessionBytesTest extends BrokerTestBase {

    @Override
    String[] settings() {
        return new String[] {"session_bytes_max", "65536"};
    }

    private static Connect withWill(int level, String clientId) {
        return Connect.as(level, clientId).will("will", "x".repeat(20_000), 0, false);
    }

    private static String longFilter(int i) {
        return i + "x".repeat(10_000);
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "4, 3", "5, 0x97"})
    void willsOfAllClientsTogetherAreBounded(int level, String refused) {
        RawClient first = open(level).connected(withWill(level, "w0"));
        open(level).connected(withWill(level, "w1"));
        open(level).connected(withWill(level, "w2"));
        assertEquals(
                Integer.decode(refused),
                open(level).connect(withWill(level, "w3")).reason());
        RawClient plain = client(level, "plain");
        assertEquals(level < 5 ? 0 : 0x10, plain.publish("t", "messages go on", 1));
        open(level).connected(withWill(level, "w1")); // takes over, and its will takes the place of the other
        first.disconnect();
        open(level).connected(withWill(level, "w3"));
    }

    @Test
    void sentWillMakesRoomAndOneThatWaitsKeepsIt() {
        for (int i = 0; i < 3; i++) {
            open(5).connected(withWill(5, "w" + i).durable().willWith(Property.willDelay(i == 0 ? 0 : 3600)))
                    .reset();
        }
        await("the first will is sent", () -> open(5).connect(withWill(5, "w3")).reason() == 0);
        broker.restart();
        open(5).connected(withWill(5, "w3"));
        assertEquals(0x97, open(5).connect(withWill(5, "w4")).reason());
    }

    @ParameterizedTest
    @CsvSource({"3, 0x80", "4, 0x80", "5, 0x97"})
    void subscriptionsOfAllClientsTogetherAreBounded(int level, String refused) {
        RawClient greedy = durable(level, "greedy");
        for (int i = 0; i < 6; i++) {
            assertEquals(1, greedy.subscribe(longFilter(i), 1));
        }
        assertEquals(Integer.decode(refused), greedy.subscribe(longFilter(6), 1));
        assertEquals(Integer.decode(refused), client(level, "other").subscribe(longFilter(6), 1));
        assertEquals(2, broker.count(Counter.REFUSED_SUBSCRIPTION));
        assertEquals(0, greedy.subscribe(longFilter(5), 0)); // it is there already
        greedy.disconnect();
        broker.restart();
        RawClient again = durable(level, "greedy");
        assertEquals(Integer.decode(refused), again.subscribe(longFilter(6), 1));
        again.unsubscribe(longFilter(0));
        assertEquals(1, again.subscribe(longFilter(6), 1));
        client(level, "greedy").disconnect(); // discards them all
        RawClient other = client(level, "other");
        for (int i = 0; i < 6; i++) {
            assertEquals(1, other.subscribe(longFilter(i), 1));
        }
    }

    @Test
    void eachLevelOfAFilterWeighs() {
        RawClient client = client(5, "a");
        assertEquals(0, client.subscribe("a/".repeat(199), 0));
        assertEquals(0x97, client.subscribe("b/".repeat(199), 0));
    }
}
