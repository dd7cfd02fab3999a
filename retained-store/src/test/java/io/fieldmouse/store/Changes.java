package io.fieldmouse.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Short ways to say changes in tests. */
final class Changes {
    private Changes() {}

    static StoredMessage message(String topic, String payload) {
        return new StoredMessage(
                topic, payload.getBytes(StandardCharsets.UTF_8), new byte[] {0x01, 0x01}, 1_800_000_000_123L);
    }

    static StoreChange retained(String topic, String payload) {
        return new StoreChange.RetainedSet(message(topic, payload), 1);
    }

    static StoreChange opened(String clientId) {
        return opened(clientId, null);
    }

    static StoreChange opened(String clientId, @Nullable String owner) {
        return new StoreChange.SessionOpened(clientId, 3600, owner);
    }

    static StoreChange queued(long messageId, String payload, String... clientIds) {
        List<StoreChange.Receiver> receivers = Stream.of(clientIds)
                .map(clientId -> new StoreChange.Receiver(clientId, 2, false, new int[] {7, 268_435_455}, ""))
                .toList();
        return new StoreChange.MessageQueued(messageId, message("a/b", payload), receivers);
    }

    /** For a member of the group that shares "a/b". */
    static StoreChange queuedShared(long messageId, int qos, String clientId) {
        return new StoreChange.MessageQueued(
                messageId,
                message("a/b", "shared " + messageId),
                List.of(new StoreChange.Receiver(clientId, qos, false, new int[] {3}, "$share/g/a/b")));
    }

    static StoreChange sent(String clientId, long messageId, int packetId) {
        return new StoreChange.MessageSent(clientId, messageId, packetId);
    }

    static StoreChange settled(String clientId, long messageId) {
        return new StoreChange.MessageSettled(clientId, messageId);
    }
}
