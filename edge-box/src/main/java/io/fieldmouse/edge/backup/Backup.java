package io.fieldmouse.edge.backup;

import io.fieldmouse.edge.backup.BackupLine.Delivery;
import io.fieldmouse.edge.backup.BackupLine.Header;
import io.fieldmouse.edge.backup.BackupLine.Message;
import io.fieldmouse.edge.backup.BackupLine.Retained;
import io.fieldmouse.edge.backup.BackupLine.Session;
import io.fieldmouse.edge.backup.BackupLine.Subscription;
import io.fieldmouse.edge.backup.BackupLine.Will;
import io.fieldmouse.edge.backup.JsonFields.Fault;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.MessageReleased;
import io.fieldmouse.store.StoreChange.MessageSent;
import io.fieldmouse.store.StoreChange.PacketIdReceived;
import io.fieldmouse.store.StoreChange.RetainedSet;
import io.fieldmouse.store.StoreChange.SessionClosed;
import io.fieldmouse.store.StoreChange.SessionOpened;
import io.fieldmouse.store.StoreChange.SubscriptionAdded;
import io.fieldmouse.store.StoreChange.WillSet;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreImport;
import io.fieldmouse.store.StoredSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An export that was found whole: it can be put into a store. It is read from the disk again for that, so that it may
 * be larger than the memory.
 */
public final class Backup {
    private final Path file;
    private final Header counts;

    private Backup(Path file, Header counts) {
        this.file = file;
        this.counts = counts;
    }

    /** @throws BackupException if a line may not be, or one is missing */
    public static Backup check(Path file) throws IOException, BackupException, InterruptedException {
        BackupCheck check = new BackupCheck();
        BackupReader.read(file, check);
        try {
            return new Backup(file, check.counted());
        } catch (Fault e) {
            throw new BackupException(file + ":1: " + e.getMessage());
        }
    }

    /** Such as {@code 3 sessions with 5 subscriptions ...}. */
    public String words() {
        return counts.retained() + " retained messages, " + counts.sessions() + " sessions with "
                + counts.subscriptions() + " subscriptions, " + counts.messages() + " messages waiting in "
                + counts.receivers() + " places, " + counts.leftovers() + " left over, " + counts.wills() + " wills";
    }

    /**
     * Puts all of it into an empty store, or nothing.
     *
     * @throws io.fieldmouse.store.StoreException if the store is not empty, is in use, or cannot be written
     */
    public void into(StoreConfig store) throws IOException, BackupException, InterruptedException {
        try (StoreImport filling = StoreImport.begin(store)) {
            // While there are no sessions: else a leftover of an ended session would be for the one that has its name
            // now.
            BackupReader.read(file, new Leftovers(filling));
            BackupReader.read(file, new Everything(filling));
            filling.finish();
        }
    }

    private record Leftovers(StoreImport filling) implements BackupReader.Sink {
        @Override
        public void begin(Header header) {}

        @Override
        public void take(BackupLine line) throws InterruptedException {
            if (line instanceof Message message && !message.leftovers().isEmpty()) {
                filling.add(List.of(new MessageQueued(message.id(), message.message(), message.leftovers())));
            }
        }
    }

    private record Everything(StoreImport filling) implements BackupReader.Sink {
        @Override
        public void begin(Header header) {}

        @Override
        public void take(BackupLine line) throws InterruptedException {
            filling.add(changes(line));
        }
    }

    private static List<StoreChange> changes(BackupLine line) {
        if (line instanceof Retained retained) {
            return List.of(new RetainedSet(retained.message(), retained.qos()));
        }
        if (line instanceof Session session) {
            return session(session);
        }
        if (line instanceof Subscription subscription) {
            return List.of(new SubscriptionAdded(subscription.clientId(), subscription.subscription()));
        }
        if (line instanceof Message message) {
            return message(message);
        }
        if (line instanceof Will will) {
            return List.of(new WillSet(will.clientId(), will.will()));
        }
        return List.of();
    }

    private static List<StoreChange> session(Session session) {
        List<StoreChange> changes = new ArrayList<>();
        changes.add(new SessionOpened(session.clientId(), session.expirySeconds(), session.owner()));
        for (int packetId : session.receivedPacketIds()) {
            changes.add(new PacketIdReceived(session.clientId(), packetId));
        }
        if (session.disconnectedAtMillis() != StoredSession.WAS_CONNECTED) {
            changes.add(new SessionClosed(session.clientId(), session.expirySeconds(), session.disconnectedAtMillis()));
        }
        return changes;
    }

    private static List<StoreChange> message(Message message) {
        List<StoreChange> changes = new ArrayList<>();
        if (!message.receivers().isEmpty()) {
            changes.add(new MessageQueued(
                    message.id(),
                    message.message(),
                    message.receivers().stream().map(Delivery::receiver).toList()));
        }
        for (Delivery delivery : message.receivers()) {
            String clientId = delivery.receiver().clientId();
            if (delivery.packetId() > 0) {
                changes.add(new MessageSent(clientId, message.id(), delivery.packetId()));
            }
            if (delivery.released()) {
                changes.add(new MessageReleased(clientId, message.id()));
            }
        }
        return changes;
    }
}
