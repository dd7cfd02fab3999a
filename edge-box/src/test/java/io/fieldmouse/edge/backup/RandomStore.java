package io.fieldmouse.edge.backup;

import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.Durability;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import io.fieldmouse.store.StoredMessage;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredState;
import io.fieldmouse.store.StoredSubscription;
import io.fieldmouse.store.StoredWill;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Stores with a little of everything in them, made by the changes a broker would commit. */
final class RandomStore {
    private static final String[] CLIENTS = {"dash", "press-7", "größe", "a\"b\\c", "tab\there"};

    @SuppressWarnings("NullAway") // one of them is nobody's word
    private static final String[] OWNERS = {null, "nobody", "password:alice", "vouched:press-7", "box"};

    private static final String[] TOPICS = {"a", "a/b", "/", "wärme/µ", "with \"quotes\"", "line\nfeed"};
    private static final String SHARED = "$share/g/a/b";

    private final Random random;
    private final List<StoreChange> changes = new ArrayList<>();
    private long messageId;
    private int packetId;

    private RandomStore(long seed) {
        random = new Random(seed);
    }

    private static final class Ignoring implements CommitListener {
        @Override
        public void durableUpTo(long position) {}

        @Override
        public void failing(StoreException cause) {
            throw cause;
        }

        @Override
        public void recovered() {}
    }

    static StoreConfig config(Path directory) {
        return new StoreConfig(directory, Durability.OS);
    }

    static MessageStore open(Path directory) {
        return MessageStore.open(config(directory), new Ignoring());
    }

    static StoredState load(Path directory) {
        try (MessageStore store = open(directory)) {
            return store.load();
        }
    }

    /** The same seed makes the same store. */
    static void fill(Path directory, long seed) {
        RandomStore made = new RandomStore(seed);
        made.all();
        try (MessageStore store = open(directory)) {
            store.load();
            made.changes.forEach(change -> store.commit(List.of(change)));
        }
    }

    private void all() {
        for (int i = random.nextInt(10); i > 0; i--) {
            changes.add(new StoreChange.RetainedSet(message(), random.nextInt(3)));
        }
        List<String> open = new ArrayList<>();
        for (String client : CLIENTS) {
            if (random.nextInt(4) > 0) {
                changes.add(new StoreChange.SessionOpened(client, expirySeconds(), OWNERS[random.nextInt(5)]));
                open.add(client);
            }
            if (random.nextBoolean()) {
                changes.add(new StoreChange.WillSet(
                        client,
                        new StoredWill(
                                message(),
                                random.nextInt(3),
                                random.nextBoolean(),
                                random.nextInt(9),
                                expirySeconds())));
            }
        }
        for (int i = random.nextInt(20); i > 0 && !open.isEmpty(); i--) {
            step(open);
        }
        // Sessions that end leave what came by a share; some of them begin again under the same name.
        for (String client : List.copyOf(open)) {
            int fate = random.nextInt(6);
            if (fate < 2) {
                changes.add(new StoreChange.SessionEnded(client));
                open.remove(client);
            }
            if (fate == 0) {
                changes.add(new StoreChange.SessionOpened(client, 60, null));
                open.add(client);
            }
            if (fate == 3) {
                changes.add(new StoreChange.SessionClosed(client, 60, 1_795_219_200_000L + random.nextInt(1000)));
            }
        }
        for (int i = random.nextInt(10); i > 0 && !open.isEmpty(); i--) {
            step(open);
        }
    }

    private void step(List<String> open) {
        String client = open.get(random.nextInt(open.size()));
        switch (random.nextInt(4)) {
            case 0 ->
                changes.add(new StoreChange.SubscriptionAdded(
                        client, new StoredSubscription(filter(), random.nextInt(64), random.nextInt(5))));
            case 1 -> changes.add(new StoreChange.PacketIdReceived(client, 1 + random.nextInt(65_535)));
            default -> queue(open);
        }
    }

    private String filter() {
        return random.nextInt(3) == 0
                ? SHARED
                : TOPICS[random.nextInt(TOPICS.length)] + (random.nextBoolean() ? "/#" : "");
    }

    private void queue(List<String> open) {
        List<StoreChange.Receiver> receivers = new ArrayList<>();
        for (String client : open) {
            if (receivers.isEmpty() || random.nextBoolean()) {
                receivers.add(new StoreChange.Receiver(
                        client,
                        1 + random.nextInt(2),
                        random.nextBoolean(),
                        random.nextBoolean() ? new int[] {1, 268_435_455} : new int[0],
                        random.nextBoolean() ? SHARED : ""));
            }
        }
        messageId += 1 + random.nextInt(3);
        changes.add(new StoreChange.MessageQueued(messageId, message(), receivers));
        for (StoreChange.Receiver receiver : receivers) {
            if (random.nextBoolean()) {
                changes.add(new StoreChange.MessageSent(receiver.clientId(), messageId, ++packetId));
                if (receiver.qos() == 2 && random.nextBoolean()) {
                    changes.add(new StoreChange.MessageReleased(receiver.clientId(), messageId));
                }
            }
        }
    }

    private StoredMessage message() {
        return new StoredMessage(
                TOPICS[random.nextInt(TOPICS.length)],
                payload(),
                random.nextBoolean() ? new byte[0] : new byte[] {1, 1},
                random.nextBoolean() ? Long.MAX_VALUE : 1_795_219_200_000L + random.nextInt(1000));
    }

    private byte[] payload() {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return switch (random.nextInt(4)) {
            case 0 -> bytes;
            case 1 -> "{\"value\":21.5,\"unit\":\"°C\"}".getBytes(StandardCharsets.UTF_8);
            case 2 -> "two\nlines".getBytes(StandardCharsets.UTF_8);
            default -> new byte[0];
        };
    }

    private long expirySeconds() {
        return random.nextBoolean() ? StoredSession.NEVER_EXPIRES : random.nextInt(100_000);
    }
}
