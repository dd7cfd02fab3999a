package io.fieldmouse.store;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The image's deliveries that outlived their session, because they belong to a group: by the client whose session it
 * was, then by message id. The next session of that client has nothing to do with them.
 */
final class Leftovers {
    private final Map<String, Map<Long, Delivery>> byClientId = new HashMap<>();

    void add(Delivery delivery) {
        byClientId
                .computeIfAbsent(delivery.receiver().clientId(), id -> new HashMap<>())
                .put(delivery.message().id, delivery);
    }

    boolean has(String clientId, long messageId) {
        Map<Long, Delivery> left = byClientId.get(clientId);
        return left != null && left.containsKey(messageId);
    }

    void forEach(Consumer<Delivery> visitor) {
        byClientId.values().forEach(queue -> queue.values().forEach(visitor));
    }

    @Nullable
    Delivery remove(String clientId, long messageId) {
        Map<Long, Delivery> left = byClientId.get(clientId);
        if (left == null) {
            return null;
        }
        Delivery removed = left.remove(messageId);
        if (left.isEmpty()) {
            byClientId.remove(clientId);
        }
        return removed;
    }
}
