package io.fieldmouse.edge.bench;

import io.fieldmouse.store.Durability;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.RetainedSet;
import io.fieldmouse.store.StoreChange.SessionClosed;
import io.fieldmouse.store.StoreChange.SessionOpened;
import io.fieldmouse.store.StoreChange.SubscriptionAdded;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreImport;
import io.fieldmouse.store.StoredMessage;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredSubscription;
import java.nio.file.Path;
import java.util.List;

/** A store with much in it, as a broker would have left it. */
final class LargeStore {
    private static final byte[] NO_PROPERTIES = {};

    private LargeStore() {}

    /** @param queued messages in all, spread over the sessions */
    static void make(Path directory, int retained, int sessions, int queued) throws InterruptedException {
        try (StoreImport filling = StoreImport.begin(new StoreConfig(directory, Durability.FORCE))) {
            for (int i = 0; i < retained; i++) {
                filling.add(List.of(new RetainedSet(message("plant/line-7/retained/" + i), 1)));
            }
            for (int i = 0; i < sessions; i++) {
                String clientId = clientId(i);
                filling.add(List.of(
                        new SessionOpened(clientId, StoredSession.NEVER_EXPIRES, "nobody"),
                        new SubscriptionAdded(clientId, new StoredSubscription("plant/queue/" + i, 1, 0)),
                        new SessionClosed(clientId, StoredSession.NEVER_EXPIRES, System.currentTimeMillis())));
            }
            for (int i = 0; i < queued; i++) {
                int session = i % sessions;
                filling.add(List.of(new MessageQueued(
                        1 + i,
                        message("plant/queue/" + session),
                        List.of(new StoreChange.Receiver(clientId(session), 1, false, new int[0], "")))));
            }
            filling.finish();
        }
    }

    private static String clientId(int number) {
        return "client-" + number;
    }

    private static StoredMessage message(String topic) {
        return new StoredMessage(topic, new byte[Publishers.PAYLOAD_BYTES], NO_PROPERTIES, Long.MAX_VALUE);
    }
}
