package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;

/** Writes PUBLISH packets into a connection's batch, in the form that its client asked for in CONNECT. */
final class PublishWriter {
    private static final int[] NO_IDS = {};

    private final OutboundBatch batch;
    private final Shared shared;
    private ClientTerms terms = ClientTerms.unknown(0);

    PublishWriter(OutboundBatch batch, Shared shared) {
        this.batch = batch;
        this.shared = shared;
    }

    void agree(ClientTerms clientTerms) {
        terms = clientTerms;
    }

    PublishEncoder.Shape shape(Qos qos, boolean retain, boolean dup, int packetId, int[] subscriptionIds) {
        int[] ids = terms.isMqtt5() ? subscriptionIds : NO_IDS;
        return new PublishEncoder.Shape(terms.isMqtt5(), qos, retain, dup, packetId, ids);
    }

    /** Whether it will be within the client's Maximum Packet Size whenever it leaves. */
    boolean fits(Publication publication, PublishEncoder.Shape shape) {
        return PublishEncoder.packetBytes(publication, shape) <= terms.packetBytesMax();
    }

    /** Writes it, or returns false when it exceeds the client's Maximum Packet Size [MQTT-3.1.2-24]. */
    boolean write(PublishEncoder encoder, Publication publication, PublishEncoder.Shape shape) {
        long now = shared.clock().millis();
        if (!encoder.write(batch.buffer(), publication, shape, now, terms.packetBytesMax())) {
            return false;
        }
        batch.countPublish(publication.payload().length);
        if (publication.payload().length > PublishEncoder.COPIED_PAYLOAD_MAX) {
            batch.append(publication.payload());
        }
        return true;
    }
}
