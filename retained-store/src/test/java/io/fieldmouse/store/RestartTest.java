package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random changes, with restarts at random moments, leave the store as they leave a plain model in memory. */
class RestartTest {
    private static final int COMMITS = 400;
    private static final List<@Nullable String> OWNERS = Arrays.asList("one", "", null);

    private final Path directory;
    private final Positions positions = new Positions();
    private final AtomicLong nanos = new AtomicLong();
    private long lastMessageId;

    RestartTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void storeEqualsTheModelAfterEveryRestart(long seed) {
        Random random = new Random(seed);
        StateModel model = new StateModel();
        MessageStore store = open();
        long durableId = store.load().lastMessageId();
        for (int i = 0; i < COMMITS; i++) {
            List<StoreChange> commit = commit(random);
            commit.forEach(model::apply);
            long position = store.commit(commit);
            if (random.nextInt(4) == 0) {
                // Now and then a checkpoint: of what is there, or of a little that is new.
                nanos.addAndGet(JournalWriter.CHECKPOINT_NANOS / (1 + random.nextInt(3)));
                positions.awaitDurable(position);
            }
            if (random.nextInt(20) == 0) {
                store.close();
                positions.clear();
                store = open();
                StoredState state = store.load();
                String where = "seed " + seed + " commit " + i;
                assertEquals(model.snapshot().entries(), Snapshot.of(state).entries(), where);
                assertTrue(state.lastMessageId() >= Math.max(durableId, model.lastMessageId()), where);
                durableId = state.lastMessageId();
            }
        }
        store.close();
    }

    private MessageStore open() {
        return DiskStore.open(
                new StoreConfig(directory, Durability.OS), positions, Clock.systemUTC(), nanos::get, Duration.ZERO);
    }

    private List<StoreChange> commit(Random random) {
        List<StoreChange> changes = new ArrayList<>();
        int size = random.nextInt(8);
        for (int i = 0; i < size; i++) {
            changes.add(change(random));
        }
        return changes;
    }

    /** Few names, so that changes meet; a session's end is rare, so that something is there to be ended. */
    private StoreChange change(Random random) {
        String client = "client" + random.nextInt(4);
        String topic = "topic" + random.nextInt(5);
        String filter = "filter" + random.nextInt(4);
        String text = String.valueOf(random.nextInt());
        int packetId = 1 + random.nextInt(5);
        long recent = Math.max(1, lastMessageId - random.nextInt(12));
        return switch (random.nextInt(24)) {
            case 0, 1 -> Changes.retained(topic, text);
            case 2 -> new StoreChange.RetainedCleared(topic);
            case 3, 4 -> new StoreChange.SessionOpened(client, random.nextInt(100), OWNERS.get(random.nextInt(3)));
            case 5 -> new StoreChange.SessionClosed(client, random.nextInt(100), random.nextInt(100));
            case 6 -> random.nextInt(3) == 0 ? new StoreChange.SessionEnded(client) : Changes.opened(client);
            case 7 ->
                new StoreChange.WillSet(
                        client, new StoredWill(Changes.message(topic, text), packetId % 3, true, packetId, 9));
            case 8 -> new StoreChange.WillCleared(client);
            case 9, 10 ->
                new StoreChange.SubscriptionAdded(
                        client, new StoredSubscription(filter, random.nextInt(3), random.nextInt(3)));
            case 11 -> new StoreChange.SubscriptionRemoved(client, filter);
            case 12, 13, 14, 15 -> queued(++lastMessageId, random);
            case 16 -> queued(recent, random);
            case 17, 18 -> Changes.sent(client, recent, packetId);
            case 19 -> new StoreChange.MessageReleased(client, recent);
            case 20, 21 -> Changes.settled(client, recent);
            case 22 -> new StoreChange.PacketIdReceived(client, packetId);
            default -> new StoreChange.PacketIdReleased(client, packetId);
        };
    }

    /** The body goes by the id, as it does in life: an id is one message. */
    private static StoreChange queued(long messageId, Random random) {
        List<StoreChange.Receiver> receivers = IntStream.range(0, 4)
                .filter(i -> random.nextBoolean())
                .mapToObj(i -> new StoreChange.Receiver(
                        "client" + i,
                        1 + random.nextInt(2),
                        false,
                        new int[] {i},
                        random.nextBoolean() ? "" : "$share/g/a/b"))
                .toList();
        return new StoreChange.MessageQueued(messageId, Changes.message("a/b", "body" + messageId), receivers);
    }
}
