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
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether the lines make one state: nothing twice, nothing for a session that is not there, and as many as promised. */
final class BackupCheck implements BackupReader.Sink {
    private static final Header NOTHING = new Header(0, 0, 0, 0, 0, 0, 0);

    private final Set<String> retainedTopics = new HashSet<>();
    private final Set<String> wills = new HashSet<>();

    /** By client id: the packet ids of what was sent to it. */
    private final Map<String, Set<Integer>> windows = new HashMap<>();

    private final Set<String> filters = new HashSet<>();
    private @Nullable String sessionBefore;
    private Header promised = NOTHING;
    private long subscriptions;
    private long messages;
    private long lastMessageId;
    private long receivers;
    private long leftovers;

    @Override
    public void begin(Header header) {
        promised = header;
    }

    @Override
    public void take(BackupLine line) throws Fault {
        if (line instanceof Retained retained) {
            requireNew(
                    retainedTopics.add(retained.message().topic()),
                    "topic",
                    retained.message().topic());
        } else if (line instanceof Session session) {
            session(session);
        } else if (line instanceof Subscription subscription) {
            subscription(subscription);
        } else if (line instanceof Message message) {
            message(message);
        } else if (line instanceof Will will) {
            requireNew(wills.add(will.clientId()), "client", will.clientId());
        }
    }

    /** To be called behind the last line. */
    Header counted() throws Fault {
        Header found = new Header(
                retainedTopics.size(), windows.size(), subscriptions, messages, receivers, leftovers, wills.size());
        if (!found.equals(promised)) {
            throw new Fault("the first line promises " + words(promised) + ", but there are " + words(found));
        }
        return found;
    }

    private static String words(Header header) {
        String text = header.toString(); // Header[retained=2, sessions=1, ...]
        return text.substring(text.indexOf('[') + 1, text.length() - 1);
    }

    private void session(Session session) throws Fault {
        requireNew(windows.putIfAbsent(session.clientId(), Set.of()) == null, "client", session.clientId());
        sessionBefore = session.clientId();
        filters.clear();
        int[] ids = session.receivedPacketIds();
        if (Arrays.stream(ids).distinct().count() < ids.length) {
            throw new Fault("received_packet_ids: holds a packet id twice");
        }
    }

    private void subscription(Subscription line) throws Fault {
        if (!line.clientId().equals(sessionBefore)) {
            throw new Fault("client: found \"" + line.clientId() + "\", and its session is not in the line above");
        }
        requireNew(
                filters.add(line.subscription().topicFilter()),
                "filter",
                line.subscription().topicFilter());
        subscriptions++;
    }

    private void message(Message message) throws Fault {
        if (message.id() <= lastMessageId) {
            throw new Fault("id: found " + message.id() + " behind " + lastMessageId + ", they have to ascend");
        }
        lastMessageId = message.id();
        messages++;
        Set<String> clients = new HashSet<>();
        for (Delivery delivery : message.receivers()) {
            receiver(delivery, clients);
        }
        Set<String> former =
                message.leftovers().stream().map(StoreChange.Receiver::clientId).collect(Collectors.toSet());
        if (former.size() < message.leftovers().size()) {
            throw new Fault("leftovers: one client is there twice");
        }
        receivers += message.receivers().size();
        leftovers += message.leftovers().size();
    }

    private void receiver(Delivery delivery, Set<String> clients) throws Fault {
        String clientId = delivery.receiver().clientId();
        requireNew(clients.add(clientId), "receivers: client", clientId);
        Set<Integer> window = windows.get(clientId);
        if (window == null) {
            throw new Fault("receivers: client: found \"" + clientId + "\", who has no session");
        }
        if (delivery.packetId() == 0) {
            if (delivery.released()) {
                throw new Fault("receivers: released without a packet_id");
            }
            return;
        }
        if (window.isEmpty()) {
            window = new HashSet<>();
            windows.put(clientId, window);
        }
        if (!window.add(delivery.packetId())) {
            throw new Fault("receivers: packet_id: found " + delivery.packetId() + " twice for \"" + clientId + "\"");
        }
    }

    private static void requireNew(boolean isNew, String name, String value) throws Fault {
        if (!isNew) {
            throw new Fault(name + ": found \"" + value + "\" a second time");
        }
    }
}
