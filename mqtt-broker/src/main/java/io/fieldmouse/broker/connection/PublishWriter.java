package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.connection.PublishEncoder.TopicForm;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.session.ByteBudget;
import org.jspecify.annotations.Nullable;

/** Writes PUBLISH packets into a connection's batch, in the form that its client asked for in CONNECT. */
final class PublishWriter {
    private static final int[] NO_IDS = {};

    private final OutboundBatch batch;
    private final Shared shared;
    private ClientTerms terms = ClientTerms.unknown(0);
    private @Nullable OutboundAliases aliases;

    PublishWriter(OutboundBatch batch, Shared shared) {
        this.batch = batch;
        this.shared = shared;
    }

    void agree(ClientTerms clientTerms) {
        terms = clientTerms;
    }

    /**
     * From now on topics may get aliases, if the client wants any.
     *
     * @param standing for the topics that have one
     */
    void useAliases(ByteBudget standing) {
        int aliasMax = Math.min(terms.topicAliasMax(), shared.limits().topicAliasMax());
        if (aliasMax > 0) { // [MQTT-3.1.2-26], [MQTT-3.1.2-27], [MQTT-3.3.2-11]
            aliases = new OutboundAliases(aliasMax, standing);
        }
    }

    PublishEncoder.Shape shape(Qos qos, boolean retain, boolean dup, int packetId, int[] subscriptionIds) {
        int[] ids = terms.isMqtt5() ? subscriptionIds : NO_IDS;
        return new PublishEncoder.Shape(terms.isMqtt5(), qos, retain, dup, packetId, ids);
    }

    /** Whether it will be within the client's Maximum Packet Size whenever it leaves, alias or not. */
    boolean fits(Publication publication, PublishEncoder.Shape shape) {
        return PublishEncoder.packetBytes(publication, shape) <= terms.packetBytesMax();
    }

    /** Writes it, or returns false when it exceeds the client's Maximum Packet Size [MQTT-3.1.2-24]. */
    boolean write(PublishEncoder encoder, Publication publication, PublishEncoder.Shape shape) {
        OutboundAliases given = aliases;
        boolean written = given == null
                ? write(encoder, publication, shape, TopicForm.PLAIN)
                : writeAliased(encoder, publication, shape, given);
        if (!written) {
            return false;
        }
        batch.countPublish(publication.payload().length);
        if (publication.payload().length > PublishEncoder.COPIED_PAYLOAD_MAX) {
            batch.append(publication.payload());
        }
        return true;
    }

    /** What is written leaves in this order or not at all: only here is it certain what the client has been told. */
    private boolean writeAliased(
            PublishEncoder encoder, Publication publication, PublishEncoder.Shape shape, OutboundAliases given) {
        String topic = publication.topic();
        int alias = given.find(topic);
        if (alias > 0) {
            return write(encoder, publication, shape, new TopicForm(alias, true));
        }
        int offered = given.offer(topic);
        if (offered > 0 && write(encoder, publication, shape, new TopicForm(offered, false))) {
            given.gave(offered, topic);
            return true;
        }
        return write(encoder, publication, shape, TopicForm.PLAIN);
    }

    private boolean write(PublishEncoder encoder, Publication publication, PublishEncoder.Shape shape, TopicForm form) {
        long now = shared.clock().millis();
        return encoder.write(batch.buffer(), publication, shape, form, now, terms.packetBytesMax());
    }

    /** The connection is over, and with it what stands for what on it [MQTT-3.3.2-7]. */
    void close() {
        if (aliases != null) {
            aliases.clear();
            aliases = null;
        }
    }
}
