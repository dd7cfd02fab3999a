package io.fieldmouse.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.RandomTopics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Retained messages against a set that is searched from end to end. */
class RetainedMessagesTest {
    private static final byte[] NOTHING = {};
    private static final RetainedMessages.Limits LIMITS = new RetainedMessages.Limits(1_000, 1_000_000);

    private final SessionsForTest sessions = new SessionsForTest();
    private final RetainedMessages retained = new RetainedMessages(LIMITS, () -> 0);

    @AfterEach
    void close() {
        sessions.close();
    }

    private static Publication message(String topic, byte[] payload, long expiresAt) {
        return new Publication(topic, payload, Qos.AT_LEAST_ONCE, true, NOTHING, expiresAt, null);
    }

    private static Publication message(String topic) {
        return message(topic, new byte[] {1}, Publication.NEVER);
    }

    private Set<String> matching(String filter, long now) {
        Set<String> topics = new HashSet<>();
        retained.matching(filter, now).forEach(publication -> assertTrue(topics.add(publication.topic())));
        return topics;
    }

    @Test
    void findsWhatASearchOfAllFinds() {
        Random random = new Random(4);
        Set<String> expected = new TreeSet<>();
        for (int round = 0; round < 20_000; round++) {
            String topic = RandomTopics.topic(random);
            if (random.nextInt(3) > 0) {
                retained.set(message(topic), sessions.gate);
                expected.add(topic);
            } else {
                retained.set(message(topic, NOTHING, Publication.NEVER), sessions.gate);
                expected.remove(topic);
            }
            if (round % 5 == 0) {
                String filter = RandomTopics.filter(random);
                Set<String> searched = new HashSet<>(expected);
                searched.removeIf(name -> !RandomTopics.matches(filter, name));
                assertEquals(searched, matching(filter, 0), filter);
                assertEquals(expected.size(), retained.count());
            }
        }
    }

    @Test
    void expiredMessagesAreNotFoundAndThenRemoved() {
        retained.set(message("a", new byte[] {1}, 1_000), sessions.gate);
        retained.set(message("b", new byte[] {1}, 2_000), sessions.gate);
        assertEquals(Set.of("a", "b"), matching("#", 999));
        assertEquals(Set.of("b"), matching("#", 1_000));
        assertEquals(Set.of(), matching("a", 1_000));
        assertEquals(1, retained.removeExpired(1_000, sessions.gate));
        assertEquals(1, retained.count());
    }

    @Test
    void roomIsCountedByMessagesAndBytesAndGivenBack() {
        RetainedMessages small = new RetainedMessages(new RetainedMessages.Limits(2, 1_000), () -> 0);
        assertTrue(small.hasRoomFor(message("a")));
        small.set(message("a"), sessions.gate);
        assertFalse(small.hasRoomFor(message("big", new byte[900], Publication.NEVER)));
        small.set(message("b"), sessions.gate);
        assertFalse(small.hasRoomFor(message("c")));
        assertTrue(small.hasRoomFor(message("a", new byte[100], Publication.NEVER)));
        assertTrue(small.hasRoomFor(message("c", NOTHING, Publication.NEVER)));
        small.set(message("a", NOTHING, Publication.NEVER), sessions.gate);
        assertTrue(small.hasRoomFor(message("c")));
    }

    @Test
    void whatIsSetBehindIsSeenAtOnceAndStoredOnce() {
        retained.setBehind(message("a"));
        retained.setBehind(message("a"));
        retained.setBehind(message("b"));
        assertEquals(Set.of("a", "b"), matching("+", 0));
        assertEquals(2, retained.writeBehind(sessions.gate));
        assertEquals(0, retained.writeBehind(sessions.gate));
    }

    // ---- a subscription that is made while a message is set

    /** Retained messages whose subscriptions come at the moment when it is asked for the last one. */
    private static final class Meeting {
        final RetainedMessages messages = new RetainedMessages(LIMITS, this::lastSubscription);
        private long last = 1;
        private Runnable beforeReading = () -> {};
        private Runnable afterReading = () -> {};

        private long lastSubscription() {
            Runnable before = beforeReading;
            Runnable after = afterReading;
            beforeReading = () -> {};
            afterReading = () -> {};
            before.run();
            long read = last;
            after.run();
            return read;
        }

        List<Publication> subscribe() {
            last++;
            Publication found = messages.unlessLive("t", 0, last);
            return found == null ? List.of() : List.of(found);
        }
    }

    @Test
    void messageIsFoundByLaterSubscriptionsAndReceivedLiveByEarlierOnes() {
        Meeting meeting = new Meeting();
        assertEquals(1, meeting.messages.set(message("t"), sessions.gate).liveUpTo());
        assertEquals(1, meeting.subscribe().size());
        assertEquals(2, meeting.messages.setBehind(message("t")).liveUpTo());
        assertEquals(1, meeting.subscribe().size());
        assertEquals(
                Long.MAX_VALUE,
                meeting.messages
                        .set(message("t", NOTHING, Publication.NEVER), sessions.gate)
                        .liveUpTo());
    }

    @Test
    void whoSubscribesBeforeThePublisherLooksReceivesItLiveOnly() {
        Meeting meeting = new Meeting();
        List<Publication> found = new ArrayList<>();
        meeting.beforeReading = () -> found.addAll(meeting.subscribe());
        long liveUpTo = meeting.messages.set(message("t"), sessions.gate).liveUpTo();
        assertEquals(List.of(), found);
        assertEquals(2, liveUpTo);
    }

    @Test
    void whoSubscribesWhileThePublisherLooksReceivesItLiveOnly() {
        Meeting meeting = new Meeting();
        List<Publication> found = new ArrayList<>();
        meeting.afterReading = () -> found.addAll(meeting.subscribe());
        long liveUpTo = meeting.messages.set(message("t"), sessions.gate).liveUpTo();
        assertEquals(List.of(), found);
        assertEquals(2, liveUpTo);
    }

    @Test
    void whoFindsAMessageDoesNotReceiveItsPredecessorAfterIt() {
        Meeting meeting = new Meeting();
        Publication second = message("t");
        List<Publication> found = new ArrayList<>();
        meeting.beforeReading = () -> {
            meeting.messages.set(second, sessions.gate);
            found.addAll(meeting.subscribe());
        };
        long firstLiveUpTo = meeting.messages.set(message("t"), sessions.gate).liveUpTo();
        assertEquals(List.of(second), found);
        assertEquals(1, firstLiveUpTo);
    }

    @Test
    void whatARestartBroughtIsFoundByAll() {
        Meeting meeting = new Meeting();
        meeting.messages.restore(message("t"));
        assertEquals(1, meeting.subscribe().size());
    }
}
