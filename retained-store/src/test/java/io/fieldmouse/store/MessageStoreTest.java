package io.fieldmouse.store;

import static io.fieldmouse.store.Changes.message;
import static io.fieldmouse.store.Changes.opened;
import static io.fieldmouse.store.Changes.queued;
import static io.fieldmouse.store.Changes.retained;
import static io.fieldmouse.store.Changes.sent;
import static io.fieldmouse.store.Changes.settled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is committed is found again by the next one who opens the store. */
class MessageStoreTest {
    private final Path directory;

    MessageStoreTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private StoredState afterRestart(StoreChange... changes) {
        return afterRestart(List.of(List.of(changes)));
    }

    /** Each list is a commit, awaited before the next, so that none are merged into one group. */
    private StoredState afterRestart(List<List<StoreChange>> commits) {
        Positions positions = new Positions();
        try (MessageStore store = open(positions)) {
            store.load();
            commits.forEach(commit -> positions.awaitDurable(store.commit(commit)));
        }
        try (MessageStore store = open(new Positions())) {
            return store.load();
        }
    }

    private MessageStore open(CommitListener listener) {
        return MessageStore.open(new StoreConfig(directory, Durability.FORCE), listener);
    }

    private static StoredSession session(StoredState state, String clientId) {
        return state.sessions().stream()
                .filter(session -> session.clientId().equals(clientId))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aNewStoreIsEmpty() {
        StoredState state = afterRestart(List.of());
        assertEquals(Map.of(), Snapshot.of(state).entries());
        assertEquals(0, state.lastMessageId());
    }

    @Test
    void retainedMessageComesBackWhole() {
        StoredMessage message = new StoredMessage("ä/\uD83D\uDC2D", new byte[] {0, -1, 5}, new byte[] {38}, 77);
        StoredState state = afterRestart(new StoreChange.RetainedSet(message, 2));
        assertEquals(1, state.retained().size());
        StoredState.RetainedMessage found = state.retained().get(0);
        assertEquals(message.topic(), found.message().topic());
        assertArrayEquals(message.payload(), found.message().payload());
        assertArrayEquals(message.properties(), found.message().properties());
        assertEquals(77, found.message().expiresAtMillis());
        assertEquals(2, found.qos());
    }

    @Test
    void retainedMessageOfALargePayloadComesBack() {
        byte[] payload = new byte[5 << 20];
        new Random(1).nextBytes(payload);
        StoredMessage message = new StoredMessage("big", payload, new byte[0], Long.MAX_VALUE);
        StoredState state = afterRestart(new StoreChange.RetainedSet(message, 0));
        assertArrayEquals(payload, state.retained().get(0).message().payload());
    }

    @Test
    void laterRetainedMessageReplacesTheEarlier() {
        StoredState state = afterRestart(
                List.of(List.of(retained("t", "one")), List.of(retained("t", "two"), retained("u", "three"))));
        assertEquals(
                Snapshot.of(new StoredState(
                        List.of(
                                new StoredState.RetainedMessage(message("t", "two"), 1),
                                new StoredState.RetainedMessage(message("u", "three"), 1)),
                        List.of(),
                        Map.of(),
                        List.of(),
                        0,
                        0)),
                Snapshot.of(state));
    }

    @Test
    void clearedRetainedMessageIsGone() {
        StoredState state =
                afterRestart(List.of(List.of(retained("t", "one")), List.of(new StoreChange.RetainedCleared("t"))));
        assertEquals(List.of(), state.retained());
    }

    @Test
    void openSessionWasConnectedAndClosedSessionSaysWhen() {
        StoredState state = afterRestart(List.of(
                List.of(opened("a"), opened("b")),
                List.of(new StoreChange.SessionClosed("b", StoredSession.NEVER_EXPIRES, 1234))));
        assertEquals(StoredSession.WAS_CONNECTED, session(state, "a").disconnectedAtMillis());
        assertEquals(3600, session(state, "a").expirySeconds());
        assertEquals(1234, session(state, "b").disconnectedAtMillis());
        assertEquals(StoredSession.NEVER_EXPIRES, session(state, "b").expirySeconds());
    }

    @Test
    void reopenedSessionWasConnectedAgain() {
        StoredState state = afterRestart(List.of(
                List.of(opened("a"), new StoreChange.SessionClosed("a", 5, 1234)),
                List.of(new StoreChange.SessionOpened("a", 9, null))));
        assertEquals(StoredSession.WAS_CONNECTED, session(state, "a").disconnectedAtMillis());
        assertEquals(9, session(state, "a").expirySeconds());
    }

    @Test
    void subscriptionsAreAddedReplacedAndRemoved() {
        StoredState state = afterRestart(List.of(
                List.of(
                        opened("a"),
                        new StoreChange.SubscriptionAdded("a", new StoredSubscription("x/#", 1, 0)),
                        new StoreChange.SubscriptionAdded("a", new StoredSubscription("y/+", 2, 9)),
                        new StoreChange.SubscriptionAdded("a", new StoredSubscription("z", 0, 0))),
                List.of(
                        new StoreChange.SubscriptionAdded("a", new StoredSubscription("y/+", 0x2C, 268_435_455)),
                        new StoreChange.SubscriptionRemoved("a", "z"),
                        new StoreChange.SubscriptionRemoved("a", "never there"))));
        assertEquals(
                Set.of(new StoredSubscription("x/#", 1, 0), new StoredSubscription("y/+", 0x2C, 268_435_455)),
                Set.copyOf(session(state, "a").subscriptions()));
    }

    @Test
    void willIsSetReplacedAndClearedWithoutASession() {
        StoredWill first = new StoredWill(message("w", "one"), 0, false, 0, StoredSession.NEVER_EXPIRES);
        StoredWill second = new StoredWill(message("w", "two"), 2, true, 30, 60);
        StoredState state = afterRestart(List.of(
                List.of(new StoreChange.WillSet("a", first), new StoreChange.WillSet("b", first)),
                List.of(new StoreChange.WillSet("a", second), new StoreChange.WillCleared("b"))));
        assertEquals(
                Snapshot.of(new StoredState(List.of(), List.of(), Map.of("a", second), List.of(), 0, 0)),
                Snapshot.of(state));
    }

    @Test
    void willOutlivesItsSession() {
        StoredWill will = new StoredWill(message("w", "one"), 1, false, 60, 60);
        StoredState state =
                afterRestart(opened("a"), new StoreChange.WillSet("a", will), new StoreChange.SessionEnded("a"));
        assertEquals(List.of(), state.sessions());
        assertEquals(Set.of("a"), state.wills().keySet());
    }

    @Test
    void queueIsInOrderOfMessageIdsWhateverTheOrderOfCommits() {
        StoredState state = afterRestart(List.of(
                List.of(opened("a")),
                List.of(queued(30, "late", "a")),
                List.of(queued(10, "early", "a")),
                List.of(queued(20, "middle", "a"))));
        assertEquals(
                List.of(10L, 20L, 30L),
                session(state, "a").queue().stream()
                        .map(StoredSession.QueuedMessage::messageId)
                        .toList());
    }

    @Test
    void sessionsThatWaitForTheSameMessageShareOneObject() {
        StoredState state = afterRestart(opened("a"), opened("b"), queued(1, "x", "a", "b"), queued(2, "x", "a"));
        StoredMessage ofA = session(state, "a").queue().get(0).message();
        assertSame(ofA, session(state, "b").queue().get(0).message());
        assertNotSame(ofA, session(state, "a").queue().get(1).message());
    }

    @Test
    void sentAndReleasedAreRemembered() {
        StoredState state = afterRestart(List.of(
                List.of(opened("a"), queued(1, "x", "a"), queued(2, "y", "a"), queued(3, "z", "a")),
                List.of(sent("a", 1, 65_535), new StoreChange.MessageReleased("a", 1), sent("a", 2, 1))));
        List<StoredSession.QueuedMessage> queue = session(state, "a").queue();
        assertEquals(65_535, queue.get(0).packetId());
        assertTrue(queue.get(0).released());
        assertEquals(1, queue.get(1).packetId());
        assertEquals(false, queue.get(1).released());
        assertEquals(0, queue.get(2).packetId());
        assertArrayEquals(new int[] {7, 268_435_455}, queue.get(2).subscriptionIds());
        assertEquals(2, queue.get(2).qos());
    }

    @Test
    void settledMessageLeavesOnlyThatQueue() {
        StoredState state = afterRestart(
                List.of(List.of(opened("a"), opened("b"), queued(1, "x", "a", "b")), List.of(settled("a", 1))));
        assertEquals(List.of(), session(state, "a").queue());
        assertEquals(1, session(state, "b").queue().size());
    }

    @Test
    void receivedPacketIdsComeBackUntilReleased() {
        StoredState state = afterRestart(List.of(
                List.of(
                        opened("a"),
                        opened("b"),
                        new StoreChange.PacketIdReceived("a", 1),
                        new StoreChange.PacketIdReceived("a", 65_535),
                        new StoreChange.PacketIdReceived("b", 1)),
                List.of(new StoreChange.PacketIdReleased("a", 1))));
        assertArrayEquals(new int[] {65_535}, session(state, "a").receivedPacketIds());
        assertArrayEquals(new int[] {1}, session(state, "b").receivedPacketIds());
    }

    @Test
    void endedSessionLeavesNothingAndANewOneOfThatNameBeginsEmpty() {
        StoredState state = afterRestart(List.of(
                List.of(
                        opened("a"),
                        opened("b"),
                        queued(1, "x", "a", "b"),
                        new StoreChange.PacketIdReceived("a", 5),
                        new StoreChange.SubscriptionAdded("a", new StoredSubscription("x/#", 1, 0))),
                List.of(new StoreChange.SessionEnded("a")),
                List.of(opened("a"))));
        StoredSession again = session(state, "a");
        assertEquals(List.of(), again.queue());
        assertEquals(List.of(), again.subscriptions());
        assertArrayEquals(new int[0], again.receivedPacketIds());
        assertEquals(1, session(state, "b").queue().size());
    }

    @Test
    void changesOfASessionThatEndedBringNothingBack() {
        StoredState state = afterRestart(List.of(
                List.of(opened("a"), queued(1, "x", "a")),
                List.of(new StoreChange.SessionEnded("a")),
                List.of(
                        queued(2, "y", "a"),
                        sent("a", 1, 3),
                        settled("a", 1),
                        new StoreChange.PacketIdReceived("a", 5),
                        new StoreChange.SubscriptionAdded("a", new StoredSubscription("x/#", 1, 0)),
                        new StoreChange.SessionClosed("a", 10, 10))));
        assertEquals(List.of(), state.sessions());
    }

    @Test
    void messageIdsAreNotUsedTwiceEvenIfNoMessageIsLeft() {
        StoredState state =
                afterRestart(List.of(List.of(opened("a"), queued(1_000_000, "x", "a"), settled("a", 1_000_000))));
        assertTrue(state.lastMessageId() >= 1_000_000, "found " + state.lastMessageId());

        StoredState next = afterRestart(List.of(
                List.of(queued(state.lastMessageId() + 1, "y", "a")),
                List.of(settled("a", state.lastMessageId() + 1))));
        assertTrue(next.lastMessageId() > state.lastMessageId());
    }

    @Test
    void changesAreIdempotent() {
        List<StoreChange> changes = List.of(
                opened("a"),
                queued(1, "x", "a"),
                queued(2, "y", "a"),
                sent("a", 1, 4),
                settled("a", 2),
                retained("t", "one"),
                new StoreChange.PacketIdReceived("a", 5));
        Snapshot once = Snapshot.of(afterRestart(List.of(changes)));
        assertEquals(once, Snapshot.of(afterRestart(List.of(changes, changes))));
        assertEquals(once, Snapshot.of(afterRestart(List.of(List.of(), changes))));
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void positionsAscendAndCloseWaitsForThem(Durability durability) {
        Positions positions = new Positions();
        MessageStore store = MessageStore.open(new StoreConfig(directory, durability), positions);
        List<Long> handedOut = LongStream.rangeClosed(1, 200)
                .mapToObj(i -> store.commit(List.of(retained("t" + i % 7, "v" + i))))
                .toList();
        store.close();
        store.close();
        assertEquals(handedOut.stream().sorted().distinct().toList(), handedOut);
        assertEquals(positions.durable().stream().sorted().distinct().toList(), positions.durable());
        assertEquals(handedOut.get(199), positions.last());
        assertEquals(0, store.pendingBytes());
        assertEquals(List.of(), positions.failures());
    }

    @Test
    void emptyCommitBecomesDurableToo() {
        Positions positions = new Positions();
        try (MessageStore store = open(positions)) {
            positions.awaitDurable(store.commit(List.of()));
        }
    }

    @Test
    void commitAfterCloseIsDropped() {
        Positions positions = new Positions();
        MessageStore store = open(positions);
        store.close();
        long position = store.commit(List.of(retained("t", "late")));
        assertTrue(position > 0);
        assertEquals(0, store.pendingBytes());
        assertEquals(List.of(), positions.durable());
    }

    @Test
    void storeInMemoryBeginsEmptyEachTime() {
        StoreConfig config = new StoreConfig(directory, Durability.NONE);
        Positions positions = new Positions();
        try (MessageStore store = MessageStore.open(config, positions)) {
            positions.awaitDurable(store.commit(List.of(retained("t", "one"))));
        }
        try (MessageStore store = MessageStore.open(config, new Positions())) {
            assertEquals(List.of(), store.load().retained());
        }
    }

    @Test
    void loadIsCalledOnce() {
        try (MessageStore store = open(new Positions())) {
            store.load();
            assertThrows(IllegalStateException.class, store::load);
        }
    }
}
