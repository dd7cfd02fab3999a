package io.fieldmouse.broker;

import io.fieldmouse.broker.connection.LaneGroup;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.store.powercut.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The lives of one broker on one disk, drawn from one seed: each begins with what the last power cut has left, is filled
 * by the clients of {@link PowerCutCast}, and ends in the middle of some operation of the disk; also of one during the
 * start. The last one ends when everything has come to rest, and is held against the {@link Promises}.
 *
 * <p>The same seed has the power cut at the same operations, and that is all that repeats: what the broker was doing
 * meanwhile depends on its threads.
 */
final class PowerCutRun {
    private static final Duration OFF_FOR_LONG = Duration.ofMinutes(2);
    private static final Duration LIFE_MAX = Duration.ofSeconds(4);
    private static final int LIVES_MAX = 4;
    private static final int OPERATIONS_OF_A_START = 400;
    private static final int TURNS_TO_A_FAILURE = 300;
    private static final int OPERATIONS_LEAST = 20;
    private static final int OPERATIONS_MORE = 1_500;
    private static final int FORCE_NANOS_MAX = 1_000_000;
    private static final String UNBOUNDED = Long.toString(1L << 32);

    private final Random random;
    private final Promises promises = new Promises();
    private final PowerCutCast cast;
    private final SettableTime time = new SettableTime();
    private final BrokerConfig config;
    private final boolean forces;
    private SimulatedDisk disk = new SimulatedDisk();
    private @Nullable Broker broker;

    /** @param forces whether the disk does what it is told */
    PowerCutRun(long seed, Path directory, boolean forces) {
        // The first numbers of two Randoms with neighbouring seeds are alike.
        this.random = new Random(new Random(seed).nextLong());
        this.cast = new PowerCutCast(random, promises);
        this.forces = forces;
        this.config = TestBroker.config(
                directory.resolve("seed-" + seed),
                random.nextBoolean() ? 1 : 4,
                "sys_interval_seconds",
                "0",
                "queue_messages_max",
                "100000",
                "queue_bytes_max",
                UNBOUNDED,
                "buffer_bytes_max",
                UNBOUNDED,
                "outbound_bytes_max",
                UNBOUNDED);
    }

    /** Returns what was not kept of what the broker had promised; nothing, if all is well. */
    List<String> run() throws InterruptedException {
        try {
            int lives = 2 + random.nextInt(LIVES_MAX - 1);
            for (int life = 1; life < lives; life++) {
                liveUntilPowerCut();
            }
            liveToTheEnd();
        } catch (AssertionError e) {
            promises.broken(String.valueOf(e.getMessage()));
        } finally {
            disk.cutPower(random);
            end();
            disk.close();
        }
        return promises.broken();
    }

    Promises promises() {
        return promises;
    }

    private void liveUntilPowerCut() throws InterruptedException {
        disk.forceNanos(random.nextInt(FORCE_NANOS_MAX));
        cast.sayMuch(random.nextInt(3) == 0);
        boolean forcesFail = random.nextInt(6) == 0;
        boolean duringStart = random.nextInt(3) == 0;
        if (duringStart) {
            disk.cutPowerAfter(upTo(OPERATIONS_OF_A_START), new Random(random.nextLong()));
        }
        start();
        if (broker != null) {
            if (!duringStart) {
                checkRetained();
                disk.cutPowerAfter(OPERATIONS_LEAST + upTo(OPERATIONS_MORE), new Random(random.nextLong()));
            }
            if (!forces) {
                disk.ignoreForces();
            }
            live(forcesFail);
            end();
        }
        SimulatedDisk next = disk.afterPowerCut();
        disk.close();
        disk = next;
        if (random.nextInt(4) == 0) {
            time.pass(OFF_FOR_LONG);
            cast.letSessionsExpire();
        }
    }

    /** Drawn so that there are as many below ten as between ten and a hundred. */
    private long upTo(int most) {
        return (long) Math.exp(random.nextDouble() * Math.log(most));
    }

    private void start() {
        promises.beginLife();
        try {
            broker = Broker.start(config.withStoreDisk(directory -> disk), time, time::nanos, LaneGroup::fastest);
        } catch (BrokerStartException | RuntimeException e) {
            broker = null;
            if (disk.hasPower()) {
                throw new AssertionError("failed start: " + e, e);
            }
        }
    }

    private int port() {
        if (broker == null) {
            throw new IllegalStateException("no broker");
        }
        return broker.port();
    }

    private void live(boolean forcesFail) {
        int failures = forcesFail ? 1 + random.nextInt(3) : 0;
        long deadline = System.nanoTime() + LIFE_MAX.toNanos();
        while (disk.hasPower()) {
            if (failures > 0 && random.nextInt(TURNS_TO_A_FAILURE) == 0) {
                failures--;
                disk.failForces(1);
            }
            cast.act(port());
            if (System.nanoTime() > deadline) {
                disk.cutPower(new Random(random.nextLong())); // a slow machine, or a store that waits after a failure
            }
        }
    }

    private void end() throws InterruptedException {
        Broker ending = broker;
        broker = null;
        if (ending != null) {
            CompletableFuture<Void> closing = CompletableFuture.runAsync(ending::close);
            cast.loseConnections();
            try {
                closing.get(RawClient.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                throw new AssertionError("the broker did not close: " + e, e);
            }
        }
    }

    private void liveToTheEnd() throws InterruptedException {
        start();
        try {
            checkRetained();
            cast.comeToRest(port());
            promises.checkDelivered();
            checkRetained();
            checkThatNothingCountsAsDamaged();
        } finally {
            end();
        }
    }

    private void checkThatNothingCountsAsDamaged() {
        try {
            disk.names().stream()
                    .filter(name -> name.startsWith("damaged"))
                    .forEach(name -> promises.broken("taken for damaged: " + name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What is retained now is asked for, and with it a message that comes when all else has come. */
    private void checkRetained() {
        Map<String, String> found = new HashMap<>();
        try (RawClient inspector = new RawClient(port(), 4)) {
            inspector.connected(Connect.as(4, "inspector"));
            inspector.subscribe("inspected", 1);
            inspector.sendSubscribe(inspector.nextPacketId(), "r/#", 1, new byte[0]);
            inspector.send(Publish.of("inspected", "all").qos(1, inspector.nextPacketId()));
            Packet packet = inspector.receive();
            while (packet.type() != PacketType.PUBLISH || !packet.topic().equals("inspected")) {
                if (packet.type() == PacketType.PUBLISH) {
                    found.put(packet.topic(), packet.payloadText());
                    inspector.acknowledge(packet);
                }
                packet = inspector.receive();
            }
        }
        promises.checkRetained(found);
    }
}
