package io.fieldmouse.edge.backup;

import io.fieldmouse.broker.access.Owner;
import io.fieldmouse.broker.message.SharedFilter;
import io.fieldmouse.broker.message.TopicName;
import io.fieldmouse.edge.backup.BackupLine.Delivery;
import io.fieldmouse.edge.backup.BackupLine.Header;
import io.fieldmouse.edge.backup.BackupLine.Message;
import io.fieldmouse.edge.backup.BackupLine.Retained;
import io.fieldmouse.edge.backup.BackupLine.Session;
import io.fieldmouse.edge.backup.BackupLine.Subscription;
import io.fieldmouse.edge.backup.BackupLine.Will;
import io.fieldmouse.edge.backup.JsonFields.Fault;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoredMessage;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredSubscription;
import io.fieldmouse.store.StoredWill;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes of a line's fields what they say, or tells which of them may not be. */
final class LineParser {
    private static final int PACKET_ID_MAX = 0xFFFF;
    private static final int SUBSCRIPTION_ID_MAX = 268_435_455;
    private static final long SECONDS_MAX = StoredSession.NEVER_EXPIRES;
    private static final int OPTIONS_MAX = 0xFF;

    private LineParser() {}

    static Header header(JsonFields fields) throws Fault {
        if (!fields.isText("fieldmouse", BackupLine.KIND)) {
            throw new Fault("is not the first line of what fieldmouse store export writes");
        }
        fields.text("fieldmouse");
        long format = fields.number("format", 1, Long.MAX_VALUE);
        if (format != BackupLine.FORMAT) {
            throw new Fault("format: found " + format + ", this program reads " + BackupLine.FORMAT
                    + ": import it with the program that made it, or a newer one");
        }
        Header header = new Header(
                count(fields, "retained"),
                count(fields, "sessions"),
                count(fields, "subscriptions"),
                count(fields, "messages"),
                count(fields, "receivers"),
                count(fields, "leftovers"),
                count(fields, "wills"));
        fields.finish();
        return header;
    }

    private static long count(JsonFields fields, String name) throws Fault {
        return fields.number(name, 0, Long.MAX_VALUE);
    }

    /** Of every line but the first and the last. */
    static BackupLine line(JsonFields fields) throws Fault {
        String type = fields.text("type");
        BackupLine line =
                switch (type) {
                    case "retained" -> new Retained(content(fields), (int) fields.number("qos", 0, 2));
                    case "session" -> session(fields);
                    case "subscription" -> subscription(fields);
                    case "message" -> message(fields);
                    case "will" -> will(fields);
                    default ->
                        throw new Fault("type: found \"" + type
                                + "\", allowed: retained, session, subscription, message, will, end");
                };
        fields.finish();
        return line;
    }

    private static Session session(JsonFields fields) throws Fault {
        String clientId = clientId(fields);
        String owner = fields.textOrNull("owner");
        if (owner != null && Owner.of(owner) == null) {
            throw new Fault("owner: found \"" + owner + "\", allowed: nobody, box, password:NAME, vouched:NAME");
        }
        return new Session(
                clientId,
                owner,
                fields.number("expiry_seconds", 0, SECONDS_MAX),
                fields.number("disconnected_at_millis", 0, Long.MAX_VALUE, StoredSession.WAS_CONNECTED),
                fields.numbers("received_packet_ids", 1, PACKET_ID_MAX));
    }

    private static Subscription subscription(JsonFields fields) throws Fault {
        String clientId = clientId(fields);
        String filter = fields.text("filter");
        require("filter", filter, SharedFilter.flaw(filter, Integer.MAX_VALUE));
        return new Subscription(
                clientId, new StoredSubscription(filter, (int) fields.number("options", 0, OPTIONS_MAX), (int)
                        fields.number("id", 1, SUBSCRIPTION_ID_MAX, 0)));
    }

    private static Message message(JsonFields fields) throws Fault {
        long id = fields.number("id", 1, Long.MAX_VALUE);
        StoredMessage content = content(fields);
        List<Delivery> receivers = new ArrayList<>();
        for (JsonFields receiver : fields.objects("receivers")) {
            receivers.add(new Delivery(
                    receiver(receiver),
                    (int) receiver.number("packet_id", 1, PACKET_ID_MAX, 0),
                    receiver.flag("released")));
            receiver.finish();
        }
        List<StoreChange.Receiver> leftovers = new ArrayList<>();
        for (JsonFields leftover : fields.objects("leftovers")) {
            StoreChange.Receiver receiver = receiver(leftover);
            leftover.finish();
            if (receiver.sharedFilter().isEmpty()) {
                throw new Fault("leftovers: one of them has no shared");
            }
            leftovers.add(receiver);
        }
        if (receivers.isEmpty() && leftovers.isEmpty()) {
            throw new Fault("is a message that nobody waits for");
        }
        return new Message(id, content, receivers, leftovers);
    }

    private static StoreChange.Receiver receiver(JsonFields fields) throws Fault {
        String clientId = clientId(fields);
        String shared = fields.textOrNull("shared");
        if (shared != null && SharedFilter.of(shared) == null) {
            throw new Fault("shared: found \"" + shared + "\", allowed: $share/GROUP/FILTER or $queue/FILTER");
        }
        return new StoreChange.Receiver(
                clientId,
                (int) fields.number("qos", 1, 2),
                fields.flag("retain"),
                fields.numbers("subscription_ids", 1, SUBSCRIPTION_ID_MAX),
                shared == null ? "" : shared);
    }

    private static Will will(JsonFields fields) throws Fault {
        return new Will(
                clientId(fields),
                new StoredWill(
                        content(fields),
                        (int) fields.number("qos", 0, 2),
                        fields.flag("retain"),
                        fields.number("delay_seconds", 0, SECONDS_MAX),
                        fields.number("expiry_seconds", 0, SECONDS_MAX)));
    }

    private static StoredMessage content(JsonFields fields) throws Fault {
        String topic = fields.text("topic");
        require("topic", topic, TopicName.flaw(topic, Integer.MAX_VALUE));
        if (fields.has("payload") == fields.has("payload_base64")) {
            throw new Fault("needs either payload or payload_base64");
        }
        byte[] payload = fields.has("payload")
                ? fields.text("payload").getBytes(StandardCharsets.UTF_8)
                : fields.base64("payload_base64");
        return new StoredMessage(
                topic,
                payload,
                fields.base64("properties_base64"),
                fields.number("expires_at_millis", 0, Long.MAX_VALUE, Long.MAX_VALUE));
    }

    private static String clientId(JsonFields fields) throws Fault {
        String clientId = fields.text("client");
        if (clientId.isEmpty()) {
            throw new Fault("client: found nothing, and a client id has a character at least");
        }
        return clientId;
    }

    private static void require(String name, String found, @Nullable String flaw) throws Fault {
        if (flaw != null) {
            throw new Fault(name + ": found \"" + found + "\": " + flaw);
        }
    }
}
