package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.RawClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Members come and go while publishers run, in threads of their own. What was promised holds for every order in which
 * that may happen.
 */
@OneLaneAndFour
class SharedUnderChangeTest extends BrokerTestBase {
    private static final String SHARE = "$share/g/t/#";
    private static final int PUBLISHERS = 2;
    private static final int MESSAGES = 250;
    private static final int GUESTS = 4;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean over = new AtomicBoolean();

    /** By payload: how often it was received, by anyone. */
    private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();

    @AfterEach
    void endThreads() {
        over.set(true);
        threads.shutdownNow();
    }

    @Test
    void nothingIsLostAtQos1() throws Exception {
        run(1);
        await("all received: " + missing(), () -> missing().isEmpty());
        assertEquals(0, broker.count(Counter.DROPPED_NO_MEMBER_LEFT));
    }

    @Test
    void nothingComesTwiceAtQos2() throws Exception {
        run(2);
        Map<String, Integer> twice = new TreeMap<>();
        received.forEach((payload, count) -> {
            if (count.get() > 1) {
                twice.put(payload, count.get());
            }
        });
        assertEquals(Map.of(), twice);
    }

    /** Returns when all publishers have been acknowledged, no guest is there any more, and the host has had its time. */
    private void run(int qos) throws Exception {
        RawClient host = durable(5, "host");
        assertEquals(qos, host.subscribe(SHARE, qos));
        List<Future<?>> guests = new ArrayList<>();
        AtomicBoolean guestsLeave = new AtomicBoolean();
        for (int i = 0; i < GUESTS; i++) {
            String clientId = "guest-" + i;
            Random random = new Random(i);
            guests.add(threads.submit(() -> {
                while (!guestsLeave.get()) {
                    visit(clientId, random, qos);
                }
                return null;
            }));
        }
        Future<?> hosting = threads.submit(() -> {
            while (!over.get()) {
                take(host, host.receiveWithin(Duration.ofMillis(20)));
            }
            return null;
        });
        List<Future<?>> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            publishers.add(threads.submit(publisher(i, qos)));
        }
        for (Future<?> publisher : publishers) {
            publisher.get();
        }
        guestsLeave.set(true);
        for (Future<?> guest : guests) {
            guest.get();
        }
        if (qos == 1) {
            await("all received", () -> missing().isEmpty() || hosting.isDone());
        } else {
            expectQuiet();
        }
        over.set(true);
        hosting.get();
    }

    /** Until nothing has come for a while of turns: what was to come twice would have. */
    private void expectQuiet() {
        int[] last = {-1, 0};
        await("quiet", () -> {
            int now = received.values().stream().mapToInt(AtomicInteger::get).sum();
            last[1] = now == last[0] ? last[1] + 1 : 0;
            last[0] = now;
            return last[1] > 200;
        });
    }

    private Callable<Void> publisher(int number, int qos) {
        return () -> {
            try (RawClient client = new RawClient(broker.port(), 5)) {
                client.connected(Connect.as(5, "publisher-" + number));
                for (int i = 0; i < MESSAGES; i++) {
                    int reason = client.publish("t/" + i % 7, number + "-" + i, qos);
                    assertEquals(0, reason);
                }
            }
            return null;
        };
    }

    private List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
            for (int i = 0; i < MESSAGES; i++) {
                if (!received.containsKey(publisher + "-" + i)) {
                    missing.add(publisher + "-" + i);
                }
            }
        }
        return missing;
    }

    /** Joins, takes some messages, of which some are not acknowledged, and leaves for good in one way or another. */
    private void visit(String clientId, Random random, int qos) {
        boolean durable = random.nextBoolean();
        try (RawClient guest = new RawClient(broker.port(), 5)) {
            Connect connect = Connect.as(5, clientId).with(Property.receiveMaximum(1 + random.nextInt(5)));
            guest.connected(durable ? connect.with(Property.sessionExpiry(3600)) : connect); // clean start
            guest.sendSubscribe(1, SHARE, qos, new byte[0]); // a message may come before its answer
            int messages = random.nextInt(12);
            for (int i = 0; i < messages; i++) {
                Packet packet = guest.receiveWithin(Duration.ofMillis(10));
                boolean acknowledges = random.nextInt(4) > 0;
                if (acknowledges) {
                    take(guest, packet);
                } else if (packet != null && packet.type() == PacketType.PUBLISH && qos == 2) {
                    count(packet); // seen, and not acknowledged
                }
            }
            if (random.nextBoolean()) {
                guest.reset();
            }
        }
        if (durable) { // ends its session, which has outlived it
            try (RawClient end = new RawClient(broker.port(), 5)) {
                end.connected(Connect.as(5, clientId));
            }
        }
    }

    private void take(RawClient client, @Nullable Packet packet) {
        if (packet == null) {
            return;
        }
        switch (packet.type()) {
            case PUBLISH -> {
                count(packet);
                if (packet.qos() == 1) {
                    client.puback(packet.packetId());
                } else {
                    client.pubrec(packet.packetId());
                }
            }
            case PUBREL -> client.pubcomp(packet.packetId());
            case SUBACK -> assertEquals(1, packet.codes().size());
            default -> throw new AssertionError("unexpected " + packet);
        }
    }

    private void count(Packet packet) {
        received.computeIfAbsent(packet.payloadText(), payload -> new AtomicInteger())
                .incrementAndGet();
    }
}
