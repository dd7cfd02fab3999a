package io.fieldmouse.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.LogLines;
import io.fieldmouse.gateway.reading.ChangeFilter;
import io.fieldmouse.gateway.reading.Quality;
import io.fieldmouse.gateway.reading.Reading;
import io.fieldmouse.gateway.reading.TopicTemplate;
import io.fieldmouse.gateway.reading.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReadingPublisherTest {
    private static final String FLOW = "plant/boiler/flow";
    private static final String RETURN = "plant/boiler/return";
    private static final String BOILER = "plant/boiler/availability";
    private static final String GATEWAY = "plant/gateway/availability";
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private final RecordingLink link = new RecordingLink();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final ReadingPublisher publisher = new ReadingPublisher(
            new TopicTemplate("plant"),
            Map.of("boiler", List.of("flow", "return")),
            new ChangeFilter(Duration.ofSeconds(60)),
            link,
            nanos::get);

    @AfterEach
    void close() {
        publisher.close();
    }

    private void startUp() throws InterruptedException {
        open();
        link.up();
        publisher.start();
        link.awaitText(GATEWAY, "online");
        link.forget();
    }

    private void open() {
        link.open(publisher.will(), new BrokerLink.Listener() {
            @Override
            public void connected() {
                publisher.connected();
            }

            @Override
            public void disconnected(String reason) {
                publisher.disconnected();
            }

            @Override
            public void received(LinkMessage message) {}

            @Override
            public void lost(LinkMessage message) {
                publisher.lost(message);
            }
        });
    }

    @Test
    void readingIsPublishedRetainedAtLeastOnce() throws InterruptedException {
        startUp();
        publisher.reading(flow(21.5));
        link.awaitText(FLOW, json(21.5));
        LinkMessage message = link.taken().get(0);
        assertTrue(message.retain());
        assertEquals(1, message.qos());
    }

    @Test
    void unchangedReadingWaitsForTheHeartbeat() throws InterruptedException {
        startUp();
        publisher.reading(flow(21.5));
        link.awaitText(FLOW, json(21.5));
        publisher.reading(flow(21.5));
        passes("return");
        assertEquals(1, link.texts(FLOW).size());
        nanos.addAndGet(Duration.ofSeconds(60).toNanos());
        publisher.reading(flow(21.5));
        link.await("the heartbeat", recorded -> recorded.texts(FLOW).size() == 2);
    }

    @Test
    void clockThatJumpsBackPublishesNothing() throws InterruptedException {
        startUp();
        publisher.reading(flow(21.5));
        link.awaitText(FLOW, json(21.5));
        nanos.addAndGet(-Duration.ofHours(1).toNanos());
        publisher.reading(flow(21.5));
        passes("return");
        assertEquals(1, link.texts(FLOW).size());
    }

    @Test
    void devicesAreOfflineUntilTheyAnswered() throws InterruptedException {
        open();
        link.up();
        publisher.start();
        link.awaitText(GATEWAY, "online");
        assertEquals(List.of("offline"), link.texts(BOILER));
        publisher.availability("boiler", true);
        link.awaitText(BOILER, "online");
        publisher.availability("boiler", true);
        publisher.availability("boiler", false);
        link.await("offline again", recorded -> recorded.texts(BOILER).size() == 3);
        assertEquals(List.of("offline", "online", "offline"), link.texts(BOILER));
    }

    @Test
    void newestOfEachPointIsPublishedAfterTheLinkReturned() throws InterruptedException {
        startUp();
        publisher.availability("boiler", true);
        publisher.reading(flow(1));
        publisher.reading(returned(5));
        link.awaitText(RETURN, json(5));
        link.down();
        for (int value = 2; value <= 9; value++) {
            publisher.reading(flow(value));
        }
        // Before that, an older one may still be on its way to the link.
        link.await("the newest was offered", recorded -> recorded.refused(FLOW).equals(json(9)));
        link.forget();
        link.up();
        link.awaitText(GATEWAY, "online");
        // What was being sent when the link came up is sent twice.
        assertEquals(Set.of(json(9)), Set.copyOf(link.texts(FLOW)));
        assertEquals(List.of(json(5)), link.texts(RETURN));
        assertEquals(List.of("online"), link.texts(BOILER));
        assertEquals(7, publisher.overtaken());
    }

    @Test
    void availabilityFollowsTheReadingsAfterReconnection() throws InterruptedException {
        startUp();
        publisher.availability("boiler", true);
        publisher.reading(flow(1));
        link.awaitText(FLOW, json(1));
        link.down();
        link.forget();
        link.up();
        link.awaitText(GATEWAY, "online");
        assertEquals(
                List.of(FLOW, BOILER, GATEWAY),
                link.taken().stream().map(LinkMessage::topic).toList());
    }

    @Test
    void fullLinkIsTriedAgainUntilItTakesTheNewest() throws InterruptedException {
        startUp();
        link.room(0);
        publisher.reading(flow(1));
        int before = link.offered();
        link.await("a second attempt", recorded -> recorded.offered() > before + 1);
        publisher.reading(flow(2));
        link.room(1);
        link.await("the newest or the one before", recorded -> !recorded.texts(FLOW)
                .isEmpty());
        link.room(100);
        link.awaitText(FLOW, json(2));
    }

    @Test
    void whatTheLinkLostWhileItStayedUpIsSentAgain() throws InterruptedException {
        startUp();
        publisher.availability("boiler", true);
        publisher.reading(flow(1));
        link.awaitText(FLOW, json(1));
        link.lose(FLOW);
        link.lose(BOILER);
        assertEquals(2, publisher.lost());
        link.forget();
        nanos.addAndGet(ReadingPublisher.LOST_AGAIN.toNanos());
        link.awaitText(FLOW, json(1));
        link.awaitText(BOILER, "online");
        assertEquals(2, link.taken().size());
    }

    @Test
    void aBrokerThatRefusesATopicIsNotAskedInCircles() throws InterruptedException {
        startUp();
        publisher.reading(flow(1));
        link.awaitText(FLOW, json(1));
        nanos.addAndGet(ReadingPublisher.LOST_AGAIN.toNanos() - 1);
        link.lose(FLOW);
        publisher.reading(flow(1));
        passes("return");
        assertEquals(List.of(json(1)), link.texts(FLOW));
        publisher.reading(flow(2));
        link.awaitText(FLOW, json(2));
        nanos.incrementAndGet();
        link.await("once more", recorded -> recorded.texts(FLOW).size() == 3);
        assertEquals(List.of(json(1), json(2), json(2)), link.texts(FLOW));
    }

    @Test
    void whatWasLostWithItsConnectionIsSentOnceOnTheNext() throws InterruptedException {
        startUp();
        publisher.reading(flow(1));
        link.awaitText(FLOW, json(1));
        link.lose(FLOW);
        link.down();
        link.forget();
        link.up();
        link.awaitText(GATEWAY, "online");
        nanos.addAndGet(ReadingPublisher.LOST_AGAIN.toNanos());
        passes("return");
        passes("flow");
        assertEquals(List.of(json(1), json(-1)), link.texts(FLOW));
    }

    @Test
    void whatIsLostOfOthersIsNotCounted() throws InterruptedException {
        startUp();
        assertFalse(publisher.lost(LinkMessage.of("answers/me", new byte[0], 1, false)));
        assertEquals(0, publisher.lost());
    }

    @Test
    void aFaultOfTheProgramInOneTopicCostsThatReadingOnlyAndIsToldOnce() throws InterruptedException {
        startUp();
        try (LogLines log = new LogLines()) {
            link.breaks(FLOW);
            publisher.reading(flow(1));
            passes("return");
            publisher.reading(flow(1));
            publisher.availability("boiler", true);
            link.awaitText(BOILER, "online");
            assertEquals(List.of("ERROR internal error, going on topic=" + FLOW), log.of(Outlet.class));
        }
        link.breaks("");
        publisher.reading(flow(1));
        link.awaitText(FLOW, json(1));
    }

    @Test
    void whatWasNotConfiguredIsCountedAndDropped() throws InterruptedException {
        startUp();
        publisher.reading(reading("boiler", "colour", 1));
        publisher.reading(reading("mixer", "flow", 1));
        publisher.availability("mixer", true);
        assertEquals(3, publisher.unknown());
        passes("return");
        assertEquals(1, link.taken().size());
    }

    @RepeatedTest(50)
    void closingSaysOfflineForEverything() throws InterruptedException {
        startUp();
        publisher.availability("boiler", true);
        link.awaitText(BOILER, "online");
        publisher.close();
        assertEquals(List.of("online", "offline"), link.texts(BOILER));
        assertEquals(List.of("offline"), link.texts(GATEWAY));
    }

    @Test
    void closingWithoutLinkEndsAtOnce() throws InterruptedException {
        startUp();
        publisher.reading(flow(1));
        link.down();
        publisher.close();
        assertEquals(List.of(), link.texts(GATEWAY));
    }

    @Test
    void willSaysThatTheGatewayIsOffline() {
        assertEquals(GATEWAY, publisher.will().topic());
        assertEquals("offline", RecordingLink.text(publisher.will()));
        assertTrue(publisher.will().retain());
    }

    @Test
    void lastReadingOfEachOfManyThreadsIsTheOneThatStays() throws InterruptedException {
        startUp();
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> buses = IntStream.range(0, 2)
                .mapToObj(bus -> new Thread(() -> {
                    awaitLatch(go);
                    for (int value = 1; value <= 10_000; value++) {
                        publisher.reading(bus == 0 ? flow(value) : returned(value));
                    }
                }))
                .toList();
        buses.forEach(Thread::start);
        go.countDown();
        for (int round = 0; round < 20; round++) {
            link.down();
            link.up();
        }
        for (Thread bus : buses) {
            bus.join();
        }
        link.awaitText(FLOW, json(10_000));
        link.awaitText(RETURN, json(10_000));
        publisher.close();
        assertEquals(json(10_000), link.texts(FLOW).get(link.texts(FLOW).size() - 1));
    }

    /** Waits until everything put in before was looked at: the queue is first come, first served. */
    private void passes(String point) throws InterruptedException {
        publisher.reading(reading("boiler", point, -1));
        link.awaitText("plant/boiler/" + point, json(-1));
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Reading flow(double value) {
        return reading("boiler", "flow", value);
    }

    private static Reading returned(double value) {
        return reading("boiler", "return", value);
    }

    private static Reading reading(String device, String point, double value) {
        return new Reading(device, point, new Value.Decimal(value), Quality.GOOD, "", "°C", NOON);
    }

    private static String json(double value) {
        return RecordingLink.text(LinkMessage.of("", ReadingJson.of(flow(value)), 1, true));
    }
}
