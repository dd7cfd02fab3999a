package io.fieldmouse.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Commits of random changes that have to do with each other. */
final class RandomChanges {
    private static final List<@Nullable String> OWNERS = Arrays.asList("one", "", null);

    private final Random random;
    private long lastMessageId;

    RandomChanges(Random random) {
        this.random = random;
    }

    List<StoreChange> commit() {
        List<StoreChange> changes = new ArrayList<>();
        int size = random.nextInt(8);
        for (int i = 0; i < size; i++) {
            changes.add(change());
        }
        return changes;
    }

    /** Few names, so that changes meet; a session's end is rare, so that something is there to be ended. */
    private StoreChange change() {
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
            case 12, 13, 14, 15 -> queued(++lastMessageId);
            case 16 -> queued(recent);
            case 17, 18 -> Changes.sent(client, recent, packetId);
            case 19 -> new StoreChange.MessageReleased(client, recent);
            case 20, 21 -> Changes.settled(client, recent);
            case 22 -> new StoreChange.PacketIdReceived(client, packetId);
            default -> new StoreChange.PacketIdReleased(client, packetId);
        };
    }

    /** The body goes by the id, as it does in life: an id is one message. */
    private StoreChange queued(long messageId) {
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
