package io.fieldmouse.edge.backup;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fieldmouse.edge.backup.BackupLine.Delivery;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoredMessage;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredSession.QueuedMessage;
import io.fieldmouse.store.StoredState;
import io.fieldmouse.store.StoredSubscription;
import io.fieldmouse.store.StoredWill;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a state as the lines of {@link BackupLine}, one after the other: none is collected first. */
public final class BackupWriter {
    private final CRC32C crc = new CRC32C();
    private final JsonGenerator json;
    private long lines;

    private BackupWriter(OutputStream out) throws IOException {
        json = new JsonFactoryBuilder()
                .rootValueSeparator("")
                .build()
                .createGenerator(new CheckedOutputStream(out, crc))
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    /** All that waits for one message. */
    private static final class Waiting {
        final StoredMessage message;
        final List<Delivery> receivers = new ArrayList<>();
        final List<StoreChange.Receiver> leftovers = new ArrayList<>();

        Waiting(StoredMessage message) {
            this.message = message;
        }
    }

    /** Writes all lines, and flushes the stream. */
    public static void write(StoredState state, OutputStream out) throws IOException {
        BackupWriter writer = new BackupWriter(out);
        writer.writeAll(state);
        writer.json.close();
        out.flush();
    }

    private void writeAll(StoredState state) throws IOException {
        List<StoredSession> sessions = state.sessions().stream()
                .sorted(Comparator.comparing(StoredSession::clientId))
                .toList();
        Map<Long, Waiting> messages = messages(sessions, state.leftovers());
        header(state, messages);
        for (StoredState.RetainedMessage retained : state.retained().stream()
                .sorted(Comparator.comparing(retained -> retained.message().topic()))
                .toList()) {
            retained(retained);
        }
        for (StoredSession session : sessions) {
            session(session);
        }
        for (Map.Entry<Long, Waiting> message : messages.entrySet()) {
            message(message.getKey(), message.getValue());
        }
        for (Map.Entry<String, StoredWill> will : new TreeMap<>(state.wills()).entrySet()) {
            will(will.getKey(), will.getValue());
        }
        json.flush();
        String sum = HexFormat.of().toHexDigits((int) crc.getValue());
        begin("end");
        json.writeNumberField("lines", lines);
        json.writeStringField("crc32c", sum);
        end();
    }

    private static Map<Long, Waiting> messages(List<StoredSession> sessions, List<StoredState.Leftover> leftovers) {
        Map<Long, Waiting> messages = new TreeMap<>(); // ids ascend
        for (StoredSession session : sessions) {
            for (QueuedMessage queued : session.queue()) {
                waiting(messages, queued)
                        .receivers
                        .add(new Delivery(receiver(session.clientId(), queued), queued.packetId(), queued.released()));
            }
        }
        for (StoredState.Leftover leftover : leftovers.stream()
                .sorted(Comparator.comparing(StoredState.Leftover::clientId))
                .toList()) {
            waiting(messages, leftover.message()).leftovers.add(receiver(leftover.clientId(), leftover.message()));
        }
        return messages;
    }

    private static Waiting waiting(Map<Long, Waiting> messages, QueuedMessage queued) {
        return messages.computeIfAbsent(queued.messageId(), id -> new Waiting(queued.message()));
    }

    private static StoreChange.Receiver receiver(String clientId, QueuedMessage queued) {
        return new StoreChange.Receiver(
                clientId, queued.qos(), queued.retain(), queued.subscriptionIds(), queued.sharedFilter());
    }

    private void header(StoredState state, Map<Long, Waiting> messages) throws IOException {
        json.writeStartObject();
        json.writeStringField("fieldmouse", BackupLine.KIND);
        json.writeNumberField("format", BackupLine.FORMAT);
        json.writeNumberField("retained", state.retained().size());
        json.writeNumberField("sessions", state.sessions().size());
        json.writeNumberField("subscriptions", sum(state, session -> session.subscriptions()));
        json.writeNumberField("messages", messages.size());
        json.writeNumberField("receivers", sum(state, session -> session.queue()));
        json.writeNumberField("leftovers", state.leftovers().size());
        json.writeNumberField("wills", state.wills().size());
        end();
    }

    private interface PartOf {
        List<?> of(StoredSession session);
    }

    private static long sum(StoredState state, PartOf part) {
        return state.sessions().stream()
                .mapToLong(session -> part.of(session).size())
                .sum();
    }

    private void retained(StoredState.RetainedMessage retained) throws IOException {
        begin("retained");
        content(retained.message());
        json.writeNumberField("qos", retained.qos());
        end();
    }

    private void session(StoredSession session) throws IOException {
        begin("session");
        json.writeStringField("client", session.clientId());
        text("owner", session.owner());
        json.writeNumberField("expiry_seconds", session.expirySeconds());
        if (session.disconnectedAtMillis() != StoredSession.WAS_CONNECTED) {
            json.writeNumberField("disconnected_at_millis", session.disconnectedAtMillis());
        }
        int[] received = session.receivedPacketIds().clone();
        Arrays.sort(received);
        numbers("received_packet_ids", received);
        end();
        for (StoredSubscription subscription : session.subscriptions().stream()
                .sorted(Comparator.comparing(StoredSubscription::topicFilter))
                .toList()) {
            begin("subscription");
            json.writeStringField("client", session.clientId());
            json.writeStringField("filter", subscription.topicFilter());
            json.writeNumberField("options", subscription.options());
            number("id", subscription.subscriptionId());
            end();
        }
    }

    private void message(long id, Waiting waiting) throws IOException {
        begin("message");
        json.writeNumberField("id", id);
        content(waiting.message);
        if (!waiting.receivers.isEmpty()) {
            json.writeArrayFieldStart("receivers");
            for (Delivery delivery : waiting.receivers) {
                receiver(delivery.receiver());
                number("packet_id", delivery.packetId());
                flag("released", delivery.released());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (!waiting.leftovers.isEmpty()) {
            json.writeArrayFieldStart("leftovers");
            for (StoreChange.Receiver leftover : waiting.leftovers) {
                receiver(leftover);
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        end();
    }

    private void receiver(StoreChange.Receiver receiver) throws IOException {
        json.writeStartObject();
        json.writeStringField("client", receiver.clientId());
        json.writeNumberField("qos", receiver.qos());
        flag("retain", receiver.retain());
        numbers("subscription_ids", receiver.subscriptionIds());
        text("shared", receiver.sharedFilter().isEmpty() ? null : receiver.sharedFilter());
    }

    private void will(String clientId, StoredWill will) throws IOException {
        begin("will");
        json.writeStringField("client", clientId);
        content(will.message());
        json.writeNumberField("qos", will.qos());
        flag("retain", will.retain());
        json.writeNumberField("delay_seconds", will.delaySeconds());
        json.writeNumberField("expiry_seconds", will.expirySeconds());
        end();
    }

    private void content(StoredMessage message) throws IOException {
        json.writeStringField("topic", message.topic());
        String text = asText(message.payload());
        if (text == null) {
            json.writeBinaryField("payload_base64", message.payload());
        } else {
            json.writeStringField("payload", text);
        }
        if (message.properties().length > 0) {
            json.writeBinaryField("properties_base64", message.properties());
        }
        if (message.expiresAtMillis() != Long.MAX_VALUE) {
            json.writeNumberField("expires_at_millis", message.expiresAtMillis());
        }
    }

    /** Null where it is no text that a person could read and write. */
    private static @Nullable String asText(byte[] payload) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
            return text.chars().anyMatch(Character::isISOControl) ? null : text;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private void begin(String type) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type);
    }

    private void end() throws IOException {
        json.writeEndObject();
        json.writeRaw('\n');
        lines++;
    }

    private void text(String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    private void number(String name, int value) throws IOException {
        if (value != 0) {
            json.writeNumberField(name, value);
        }
    }

    private void flag(String name, boolean value) throws IOException {
        if (value) {
            json.writeBooleanField(name, true);
        }
    }

    private void numbers(String name, int[] values) throws IOException {
        if (values.length > 0) {
            json.writeFieldName(name);
            json.writeArray(values, 0, values.length);
        }
    }
}
