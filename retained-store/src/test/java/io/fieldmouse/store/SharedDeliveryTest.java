package io.fieldmouse.store;

import static io.fieldmouse.store.Changes.opened;
import static io.fieldmouse.store.Changes.queuedShared;
import static io.fieldmouse.store.Changes.sent;
import static io.fieldmouse.store.Changes.settled;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What came by a shared subscription outlives its receiver's session, until it is settled. */
class SharedDeliveryTest {
    private static final StoreChange END = new StoreChange.SessionEnded("a");

    private final Path directory;

    SharedDeliveryTest(@TempDir Path directory) {
        this.directory = directory;
    }

    /** Each change is a group of its own. Returns what the next one to open the store finds. */
    private StoredState after(StoreChange... changes) {
        Positions positions = new Positions();
        try (MessageStore store = open(positions)) {
            store.load();
            for (StoreChange change : changes) {
                positions.awaitDurable(store.commit(List.of(change)));
            }
        }
        return reopened();
    }

    private StoredState reopened() {
        try (MessageStore store = open(new Positions())) {
            return store.load();
        }
    }

    private MessageStore open(CommitListener listener) {
        return MessageStore.open(new StoreConfig(directory, Durability.FORCE), listener);
    }

    private static List<Long> leftovers(StoredState state) {
        return state.leftovers().stream()
                .map(leftover -> leftover.message().messageId())
                .toList();
    }

    @Test
    void queuedMessageKeepsItsSharedFilter() {
        StoredSession session =
                after(opened("a"), queuedShared(7, 1, "a")).sessions().get(0);
        assertEquals("$share/g/a/b", session.queue().get(0).sharedFilter());
    }

    @Test
    void messageIsLeftOverWhenItsSessionEnds() {
        StoredState state = after(opened("a"), queuedShared(8, 1, "a"), queuedShared(7, 1, "a"), sent("a", 7, 1), END);
        assertEquals(List.of(7L, 8L), leftovers(state));
        StoredState.Leftover first = state.leftovers().get(0);
        assertEquals("a", first.clientId());
        assertEquals("$share/g/a/b", first.message().sharedFilter());
        assertEquals("a/b", first.message().message().topic());
    }

    @Test
    void messageBegunAtQos2EndsWithItsSession() {
        StoredState state = after(opened("a"), queuedShared(7, 2, "a"), queuedShared(8, 2, "a"), sent("a", 7, 1), END);
        assertEquals(List.of(8L), leftovers(state));
    }

    @Test
    void messageThatComesAfterTheEndIsLeftOver() {
        assertEquals(List.of(7L), leftovers(after(opened("a"), END, queuedShared(7, 1, "a"))));
    }

    @Test
    void leftoverIsNotTheNextSessionsOfThatClient() {
        StoredState state = after(opened("a"), queuedShared(7, 1, "a"), END, opened("a"));
        assertEquals(List.of(7L), leftovers(state));
        assertEquals(List.of(), state.sessions().get(0).queue());
    }

    @Test
    void settledLeftoverIsGone() {
        assertEquals(
                List.of(), leftovers(after(opened("a"), queuedShared(7, 1, "a"), END, opened("a"), settled("a", 7))));
    }

    @Test
    void leftoverIsSettledAfterARestartToo() {
        after(opened("a"), queuedShared(7, 1, "a"), END);
        assertEquals(List.of(), leftovers(after(settled("a", 7))));
    }

    @Test
    void ordinaryMessageEndsWithItsSession() {
        assertEquals(List.of(), leftovers(after(opened("a"), Changes.queued(7, "x", "a"), END)));
    }
}
