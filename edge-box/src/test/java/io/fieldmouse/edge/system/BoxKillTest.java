package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the broker at random moments of a flow of QoS 1, QoS 2 and retained messages. As many times as the system
 * property {@code fieldmouse.kills} says.
 */
class BoxKillTest {
    private static final int KILLS = Integer.getInteger("fieldmouse.kills", 20);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void killingTheBoxLosesNothingAcknowledgedAndDeliversNothingTwice(@TempDir Path directory) throws Exception {
        long seed = Long.getLong("fieldmouse.seed", System.nanoTime());
        Random random = new Random(seed);
        int port = CommandProcess.freePort();
        DurableSubscriber connected = DurableSubscriber.subscribing(port, "connected", "flow/#", 2);
        DurableSubscriber away = DurableSubscriber.subscribing(port, "away", "flow/#", 2);
        DurablePublisher publisher = new DurablePublisher(port);
        List<Thread> threads = new ArrayList<>();

        CommandProcess box = start(directory, port);
        try {
            threads.add(startThread(connected));
            Thread awayThread = startThread(away);
            await("both have subscribed", () -> connected.isSubscribed() && away.isSubscribed());
            away.stop();
            awayThread.join();
            threads.add(startThread(publisher));
            for (int kill = 0; kill < KILLS; kill++) {
                awaitSomeOf(publisher, random);
                box.kill();
                box = start(directory, port);
            }
            finish(publisher, threads.get(1), seed);

            DurableSubscriber returned = DurableSubscriber.resuming(port, "away");
            threads.add(startThread(returned));
            awaitAll(publisher, List.of(connected), "connected, seed " + seed);
            awaitAll(publisher, List.of(returned), "away, seed " + seed);
            check(publisher, connected);
            check(publisher, returned);
            checkRetained(publisher, port);
            System.out.printf(
                    "kills=%d acknowledged=%d lost=0 duplicates=0 seed=%d%n",
                    KILLS, publisher.acknowledged().size(), seed);
            returned.stop();
        } finally {
            connected.stop();
            box.close();
        }
    }

    /** Each message is one member's; which of them has it must not be forgotten, nor taken for done. */
    @Test
    void killingTheBoxLosesNothingOfASharedSubscription(@TempDir Path directory) throws Exception {
        long seed = Long.getLong("fieldmouse.seed", System.nanoTime());
        Random random = new Random(seed);
        int port = CommandProcess.freePort();
        List<DurableSubscriber> members = Stream.of("member-1", "member-2", "member-3")
                .map(id -> DurableSubscriber.subscribing(port, id, "$share/group/flow/#", 1))
                .toList();
        DurablePublisher publisher = new DurablePublisher(port);

        CommandProcess box = start(directory, port);
        try {
            members.forEach(BoxKillTest::startThread);
            await("all have subscribed", () -> members.stream().allMatch(DurableSubscriber::isSubscribed));
            Thread publishing = startThread(publisher);
            for (int kill = 0; kill < KILLS; kill++) {
                awaitSomeOf(publisher, random);
                box.kill();
                box = start(directory, port);
            }
            finish(publisher, publishing, seed);
            awaitAll(publisher, members, "the members, seed " + seed);
            members.forEach(member -> assertTrue(!member.atLeastOnce().isEmpty(), "each has its share"));
        } finally {
            members.forEach(DurableSubscriber::stop);
            box.close();
        }
    }

    private static void awaitSomeOf(DurablePublisher publisher, Random random) {
        int target = publisher.acknowledgements() + random.nextInt(400);
        await("the flow goes on", () -> publisher.acknowledgements() >= target);
    }

    private static void finish(DurablePublisher publisher, Thread publishing, long seed) throws InterruptedException {
        publisher.finish();
        publishing.join(PATIENCE.toMillis());
        assertTrue(!publishing.isAlive(), "the publisher has acknowledgements for all it sent; seed " + seed);
    }

    private static CommandProcess start(Path directory, int port) throws Exception {
        return CommandProcess.fieldmouse(
                        directory,
                        "broker",
                        "--port",
                        Integer.toString(port),
                        "--data",
                        directory.resolve("data").toString(),
                        "--set",
                        "queue_messages_max=1000000",
                        "--set",
                        "queue_bytes_max=1000000000")
                .awaitPort(port);
    }

    private static Thread startThread(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** All that was acknowledged has come to one or another of them. */
    private static void awaitAll(DurablePublisher publisher, List<DurableSubscriber> subscribers, String who) {
        Set<Integer> expected = new HashSet<>();
        for (int number : publisher.acknowledged()) {
            if (DurablePublisher.topicOf(number).startsWith("flow/")) {
                expected.add(number);
            }
        }
        try {
            await("all has arrived", () -> missing(expected, subscribers).isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError(who + ": acknowledged and not delivered: " + missing(expected, subscribers), e);
        }
    }

    private static Set<Integer> missing(Set<Integer> expected, List<DurableSubscriber> subscribers) {
        Set<Integer> missing = new TreeSet<>(expected);
        for (DurableSubscriber subscriber : subscribers) {
            subscriber.atLeastOnce().forEach(missing::remove);
            subscriber.exactlyOnce().forEach(missing::remove);
        }
        return missing;
    }

    private static void check(DurablePublisher publisher, DurableSubscriber subscriber) {
        List<Integer> once = subscriber.exactlyOnce();
        assertEquals(once.size(), new HashSet<>(once).size(), () -> "QoS 2 delivered twice: " + repeated(once));
        assertEquals(once.stream().sorted().toList(), once, "QoS 2 in the order of publishing");
        List<Integer> first = new ArrayList<>(new LinkedHashSet<>(subscriber.atLeastOnce()));
        assertEquals(first.stream().sorted().toList(), first, "QoS 1, first copies, in the order of publishing");
        assertTrue(publisher.acknowledged().size() > KILLS, "something was published");
    }

    private static Set<Integer> repeated(List<Integer> numbers) {
        Set<Integer> seen = new HashSet<>();
        Set<Integer> repeated = new TreeSet<>();
        numbers.forEach(number -> {
            if (!seen.add(number)) {
                repeated.add(number);
            }
        });
        return repeated;
    }

    /** Each topic holds the last number acknowledged for it: all that was sent later was acknowledged too. */
    private static void checkRetained(DurablePublisher publisher, int port) throws IOException {
        Map<String, Integer> expected = publisher.retainedAcknowledged();
        Map<String, Integer> found = new TreeMap<>();
        try (RawMqtt mqtt = new RawMqtt(port, 10_000)) {
            mqtt.connect("looker", true);
            mqtt.subscribe(1, "kept/#", 0);
            while (found.size() < expected.size()) {
                RawMqtt.Packet packet = mqtt.read();
                if (packet.type() == 3) {
                    found.put(packet.topic(), Integer.parseInt(packet.payload()));
                }
            }
        }
        assertEquals(expected, found);
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
