package io.fieldmouse.store;

import io.fieldmouse.store.Ledger.Delivery;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's deliveries that outlived their session, because they belong to a group: by the client whose session it
 * was, then by message id. The next session of that client has nothing to do with them.
 */
final class Leftovers {
    private final Map<String, Map<Long, Delivery>> byClientId = new HashMap<>();

    void add(Delivery delivery) {
        byClientId.computeIfAbsent(delivery.clientId, id -> new HashMap<>()).put(delivery.message.id, delivery);
    }

    boolean has(String clientId, long messageId) {
        Map<Long, Delivery> left = byClientId.get(clientId);
        return left != null && left.containsKey(messageId);
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
