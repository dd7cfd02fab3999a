package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.ForwardedProperties;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the broker tells of itself. */
@OneLaneAndFour
class SysTopicsTest extends BrokerTestBase {
    /** Of mosquitto 2.0.11, but for the load. */
    private static final List<String> OF_MOSQUITTO = List.of(
            "version",
            "uptime",
            "clients/total",
            "clients/maximum",
            "clients/active",
            "clients/inactive",
            "clients/connected",
            "clients/disconnected",
            "clients/expired",
            "messages/received",
            "messages/sent",
            "messages/stored",
            "publish/messages/received",
            "publish/messages/sent",
            "publish/messages/dropped",
            "publish/bytes/received",
            "publish/bytes/sent",
            "bytes/received",
            "bytes/sent",
            "subscriptions/count",
            "shared_subscriptions/count",
            "retained messages/count",
            "store/messages/count",
            "store/messages/bytes",
            "heap/current",
            "heap/maximum");

    private static final Pattern NAMES = Pattern.compile("`([^`]+)`");

    @Override
    String[] settings() {
        return new String[] {"sys_interval_seconds", "1"};
    }

    private SysWatcher watcher(String filter) {
        return new SysWatcher(client(5, "watcher"), filter);
    }

    @Test
    void allTopicsOfMosquittoAreThereInItsFormats() {
        Map<String, String> values = watcher("#").values();
        assertTrue(values.keySet().containsAll(OF_MOSQUITTO), values::toString);
        List<String> loads = values.keySet().stream()
                .filter(name -> name.startsWith("load/"))
                .toList();
        assertEquals(27, loads.size(), loads::toString);
        loads.forEach(load ->
                assertTrue(values.getOrDefault(load, "").matches("\\d+\\.\\d\\d"), () -> load + values.get(load)));
        assertTrue(values.getOrDefault("uptime", "").matches("\\d+ seconds"), values::toString);
        assertTrue(values.getOrDefault("version", "").startsWith("fieldmouse version "), values::toString);
        Stream<String> numbers =
                OF_MOSQUITTO.stream().filter(name -> !name.equals("version") && !name.equals("uptime"));
        numbers.forEach(
                name -> assertTrue(values.getOrDefault(name, "").matches("\\d+"), () -> name + " " + values.get(name)));
    }

    /** When it fails, add a line for the topic there. */
    @Test
    void eachTopicIsDescribedInTheDocumentation() throws IOException {
        TreeSet<String> described = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("..", "docs", "sys-topics.md"))) {
            if (line.startsWith("| `")) {
                String names = line.substring(0, line.indexOf('|', 1));
                Matcher name = NAMES.matcher(names);
                String first = "";
                while (name.find()) {
                    first = first.isEmpty() ? name.group(1) : first.replaceFirst("[^/]+$", name.group(1));
                    described.add(first);
                }
            }
        }
        assertEquals(described, new TreeSet<>(watcher("#").values().keySet()));
    }

    @Test
    void wildcardsInTheFirstLevelDoNotMatch() {
        RawClient watching = client(4, "w");
        watching.subscribe("$SYS/broker/uptime", 0);
        RawClient others = client(4, "o");
        others.subscribe("#", 0);
        others.subscribe("+/broker/uptime", 0);
        watching.expect(PacketType.PUBLISH);
        watching.expect(PacketType.PUBLISH); // live: it went by the others
        others.expectSilence();
    }

    @Test
    void thereIsNoneWhenItIsOff() {
        restartWith("sys_interval_seconds", "0");
        RawClient client = client(4, "c");
        client.subscribe("$SYS/#", 0);
        client.expectSilence();
    }

    @Test
    void valuesTakeNothingOfTheBoundsAndAreGoneAtTheRestart() {
        restartWith("sys_interval_seconds", "1", "retained_messages_max", "1");
        assertEquals(0, client(4, "p").publish(Publish.of("r", "x").retain().qos(1, 1)));
        assertEquals(1, broker.broker().retainedCount());
        watcher("#").await("retained messages/count", "1");
        broker.close();
        broker = TestBroker.start(directory, lanes, "sys_interval_seconds", "0");
        RawClient client = client(4, "c");
        client.subscribe("$SYS/#", 0);
        client.expectSilence();
        assertEquals(1, broker.broker().retainedCount());
    }

    // ---- who publishes there

    @Test
    void clientsOf5AreRefused() {
        RawClient client = client(5, "c");
        assertEquals(
                0x87,
                client.publish(Publish.of("$SYS/broker/uptime", "x").retain().qos(1, 1)));
        assertEquals(0x87, client.publish("$SYS", "x", 2));
        client.publish("$SYS/broker/uptime", "x", 0);
        client.expectSilence();
        assertEquals(3, broker.count(Counter.REFUSED_SYSTEM_TOPIC));
        assertEquals(0x10, client.publish("$SYSTEM", "x", 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void clientsOfBeforeAreAcknowledgedAndNobodyHearsOfIt(int level) {
        RawClient listener = client(5, "l");
        listener.subscribe("$SYS/mine", 2);
        RawClient client = client(level, "c");
        client.publish("$SYS/mine", "x", 0);
        client.publish("$SYS/mine", "x", 1);
        client.publish("$SYS/mine", "x", 2);
        client.expectSilence();
        listener.expectSilence();
        assertEquals(3, broker.count(Counter.REFUSED_SYSTEM_TOPIC));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void willsForThereAreRefusedAtConnect(int level) {
        RawClient dying = open(level);
        int answer = dying.connect(Connect.as(level, "d").will("$SYS/mine", "dead", 0, true))
                .reason();
        assertEquals(level == 5 ? 0x87 : 5, answer);
        dying.expectClosed();
        assertEquals(1, broker.count(Counter.REFUSED_SYSTEM_TOPIC));
        open(level).connected(Connect.as(level, "d").will("$SYSTEM", "dead", 0, true));
    }

    @Test
    void clientInTheSameProcessIsToldThatItMayNot() {
        try (LocalClient local = broker.broker().localClient("local", (topic, payload, retain, properties) -> {})) {
            Assertions.assertThrows(
                    IllegalArgumentException.class,
                    () -> local.publish(
                            "$SYS/mine", Wire.bytes("x"), Qos.AT_MOST_ONCE, false, ForwardedProperties.NONE));
        }
    }

    // ---- clients

    @Test
    void clientsAreCountedThroughTakeOverAndRestart() {
        SysWatcher watcher = watcher("clients/+");
        watcher.await("clients/total", "1");
        RawClient away = durable(5, "away");
        durable(4, "stays");
        watcher.await("clients/connected", "3");
        away.disconnect();
        watcher.await("clients/disconnected", "1");
        watcher.await("clients/inactive", "1");
        watcher.await("clients/active", "2");
        durable(4, "stays"); // taken over
        watcher.await("clients/maximum", "3");
        watcher.await("clients/total", "3");
        broker.restart();
        SysWatcher again = watcher("clients/+");
        again.await("clients/connected", "1");
        again.await("clients/disconnected", "2");
        again.await("clients/total", "3");
        open(5).connected(Connect.as(5, "away").with(Property.sessionExpiry(1)).resume())
                .disconnect();
        again.await("clients/expired", "1");
        again.await("clients/total", "2");
    }

    @Test
    void whatIsHeldIsCounted() {
        RawClient away = durable(4, "away");
        away.subscribe("q/#", 1);
        away.subscribe("q/2", 1);
        away.unsubscribe("q/2");
        away.subscribe("$share/g/s", 1);
        away.subscribe("$share/h/s", 1);
        away.unsubscribe("$share/h/s");
        away.disconnect();
        RawClient publisher = client(4, "p");
        publisher.publish("q/1", "four", 1);
        publisher.publish("q/2", "five5", 1);
        publisher.publish(Publish.of("r", "sixsix").retain().qos(1, 9));
        SysWatcher watcher = watcher("#");
        watcher.await("store/messages/count", "3");
        watcher.await("store/messages/bytes", "15");
        watcher.await("messages/stored", "3");
        watcher.await("retained messages/count", "1");
        watcher.await("subscriptions/count", "2"); // and the watcher's
        watcher.await("shared_subscriptions/count", "1");
        broker.restart();
        watcher = watcher("#");
        watcher.await("store/messages/count", "3");
        watcher.await("subscriptions/count", "2");
        watcher.await("shared_subscriptions/count", "1");
        RawClient back = durable(4, "away");
        back.puback(back.expectPublish("q/1", "four").packetId());
        back.puback(back.expectPublish("q/2", "five5").packetId());
        watcher.await("store/messages/count", "1");
        watcher.await("store/messages/bytes", "6");
    }

    @Test
    void refusalsAreToldByReason() {
        RawClient client = client(5, "c");
        assertEquals(0x87, client.publish("$SYS/x", "x", 1));
        SysWatcher watcher = watcher("refused/#");
        watcher.await("refused/system_topic", "1");
        List<String> names = new ArrayList<>(watcher("#").values().keySet());
        assertTrue(names.contains("dropped/slow_reader"), names::toString);
    }
}
