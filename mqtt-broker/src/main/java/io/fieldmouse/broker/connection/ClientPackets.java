package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.Traffic;
import io.fieldmouse.broker.lane.Traffic.Flow;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.message.TopicName;
import io.fieldmouse.broker.routing.PublishOutcome;
import io.fieldmouse.broker.routing.Router;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionRegistry.Goodbye;
import io.fieldmouse.store.StoreChange;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the broker does with each packet of a connected client: one method for each packet type. */
final class ClientPackets {
    private final Connection connection;
    private final Shared shared;
    private final Router router;
    private final @Nullable PublishPace pace;
    private final SubscriptionPackets subscriptions;
    private @Nullable InboundAliases aliases;
    private @Nullable Refusals refusals;

    ClientPackets(Connection connection, Shared shared) {
        this.connection = connection;
        this.shared = shared;
        this.router = shared.router();
        this.subscriptions = new SubscriptionPackets(connection, shared, this::refusals);
        this.pace = shared.limits().messagesPerSecondMax() > 0 ? new PublishPace(connection, shared) : null;
    }

    private Acknowledgements acknowledgements() {
        return connection.diskWait().acknowledgements();
    }

    private boolean isMqtt5() {
        return connection.terms().isMqtt5();
    }

    // ---- PUBLISH and what follows it

    void publish(MqttPublishMessage packet) {
        Traffic traffic = connection.lane().traffic();
        traffic.add(Flow.PUBLISHES_RECEIVED, 1);
        traffic.add(Flow.PAYLOAD_BYTES_RECEIVED, packet.payload().readableBytes());
        if (pace != null) {
            pace.published();
        }
        int packetId = packet.variableHeader().packetId();
        String topic = topic(packet.variableHeader());
        Session session = connection.session();
        Publication publication = PacketProperties.publication(packet, topic, session.clientId(), shared.clock());
        switch (publication.qos()) { // [MQTT-3.3.4-1], [MQTT-3.3.4-1 of 3.1.1]
            case AT_MOST_ONCE -> logIfRefused(publication, route(publication, List.of()));
            case AT_LEAST_ONCE -> {
                checkReceiveMaximum();
                // [MQTT-4.3.2-4], [MQTT-4.3.2-5], [MQTT-4.3.2-2 of 3.1.1]
                answer(PacketKind.PUBACK, packetId, publication, route(publication, List.of()));
            }
            case EXACTLY_ONCE -> publishExactlyOnce(session, publication, packetId);
        }
        connection.diskWait().pauseWhileStoreIsBehind();
    }

    /** What is published to: in MQTT 5 an alias may stand for it. */
    private String topic(MqttPublishVariableHeader header) {
        int alias = PacketProperties.topicAlias(header.properties());
        String topic = header.topicName();
        if (alias != 0 && topic.isEmpty()) {
            return aliases().topic(alias);
        }
        String flaw = TopicName.flaw(topic, shared.limits().topicLevelsMax());
        if (flaw != null) {
            shared.countIfTooDeep(topic);
            boolean empty = topic.isEmpty(); // and no alias (section 3.3.2.3.4)
            throw new MqttViolation(empty ? ReasonCode.PROTOCOL_ERROR : ReasonCode.TOPIC_NAME_INVALID, flaw);
        }
        if (alias != 0) {
            aliases().set(alias, topic); // [MQTT-3.3.2-12]
        }
        return topic;
    }

    private InboundAliases aliases() {
        if (aliases == null) {
            aliases = new InboundAliases(
                    shared.limits().topicAliasMax(),
                    connection.session().context().standing());
        }
        return aliases;
    }

    /** The connection is over. */
    void end() {
        if (aliases != null) {
            aliases.clear();
            aliases = null;
        }
        if (refusals != null) {
            refusals.end();
            refusals = null;
        }
    }

    private Refusals refusals() {
        if (refusals == null) {
            refusals = new Refusals(connection.caller());
        }
        return refusals;
    }

    private void publishExactlyOnce(Session session, Publication publication, int packetId) {
        boolean copy = session.inboundPacketIds().contains(packetId); // [MQTT-4.3.3-2 of 3.1.1]
        if (copy && acknowledgements().owesPubrec(packetId)) {
            return; // answered by the one that has yet to leave: copies make nothing grow
        }
        checkReceiveMaximum();
        if (copy) {
            // Of what was accepted: acknowledged again, delivered never [MQTT-4.3.3-10].
            acknowledgements()
                    .owe(
                            PacketKind.PUBREC,
                            packetId,
                            new PublishOutcome(ReasonCode.SUCCESS, session.inboundPosition(), null));
            return;
        }
        List<StoreChange> changes = new ArrayList<>();
        session.remember(packetId, changes); // [MQTT-4.3.3-8]
        PublishOutcome outcome = route(publication, changes);
        if (outcome.reason().isError()) {
            session.forget(packetId); // [MQTT-4.3.3-9]
        } else {
            session.rememberedAt(outcome.position());
        }
        answer(PacketKind.PUBREC, packetId, publication, outcome);
    }

    private PublishOutcome route(Publication publication, List<StoreChange> changes) {
        PublishOutcome outcome;
        if (connection.session().mayWrite(publication.topic())) {
            outcome = router.publish(publication, connection.lane(), changes);
        } else {
            shared.counters().add(Counter.REFUSED_WRITE);
            outcome = PublishOutcome.refused(ReasonCode.NOT_AUTHORIZED, "publishing to this topic is not allowed");
        }
        return outcome;
    }

    /**
     * Acknowledges, or refuses: with a reason where the protocol has one, else by closing, for which 3.x is sent no words:
     * those are for the log. But to whom a topic is forbidden 3.x acknowledges, who would only come again
     * [MQTT-3.3.5-2 of 3.1.1].
     */
    private void answer(PacketKind kind, int packetId, Publication publication, PublishOutcome outcome) {
        ReasonCode reason = outcome.reason();
        if (reason.isError() && !isMqtt5() && reason != ReasonCode.NOT_AUTHORIZED) {
            throw new MqttViolation(
                    reason, "PUBLISH to \"" + publication.topic() + "\" cannot be taken: " + outcome.logged());
        }
        logIfRefused(publication, outcome);
        acknowledgements().owe(kind, packetId, outcome);
    }

    private void logIfRefused(Publication publication, PublishOutcome outcome) {
        if (outcome.reason().isError()) {
            refusals().message(publication.topic(), outcome.logged());
        }
    }

    private void checkReceiveMaximum() {
        if (isMqtt5() && acknowledgements().unacknowledged() >= shared.limits().receiveMaximum()) { // [MQTT-3.3.4-7]
            shared.counters().add(Counter.REFUSED_RECEIVE_MAXIMUM);
            throw new MqttViolation(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + shared.limits().receiveMaximum() + " messages without acknowledgement");
        }
    }

    void puback(MqttMessage packet) {
        connection.session().acknowledged(packetId(packet));
    }

    void pubrec(MqttMessage packet) {
        int packetId = packetId(packet);
        Session session = connection.session();
        if (packet.variableHeader() instanceof MqttPubReplyMessageVariableHeader reply
                && (reply.reasonCode() & 0x80) != 0) {
            session.rejected(packetId); // [MQTT-4.4.0-2]
        } else if (!session.received(packetId)) {
            connection.reply(PacketKind.PUBREL, packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, "");
        }
    }

    void pubrel(MqttMessage packet) {
        int packetId = packetId(packet);
        Session session = connection.session();
        boolean known = session.releaseInbound(packetId); // [MQTT-4.3.3-12], [MQTT-4.3.3-13]
        ReasonCode reason = known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
        long position = session.isDurable() ? session.inboundPosition() : CommitGate.AT_ONCE;
        connection
                .diskWait()
                .answerAfter(
                        position, () -> connection.reply(PacketKind.PUBCOMP, packetId, reason, "")); // [MQTT-4.3.3-11]
    }

    void pubcomp(MqttMessage packet) {
        connection.session().completed(packetId(packet));
    }

    private static int packetId(MqttMessage packet) {
        return ((MqttMessageIdVariableHeader) packet.variableHeader()).messageId();
    }

    // ---- SUBSCRIBE, UNSUBSCRIBE

    void subscribe(MqttSubscribeMessage packet) {
        subscriptions.subscribe(packet);
    }

    void unsubscribe(MqttUnsubscribeMessage packet) {
        subscriptions.unsubscribe(packet);
    }

    // ---- DISCONNECT

    void disconnect(MqttMessage packet) {
        Goodbye goodbye = Goodbye.WITHOUT_WILL;
        Long newExpiry = null;
        if (packet.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header) {
            if (header.reasonCode() != ReasonCode.SUCCESS.code()) {
                goodbye = Goodbye.WITH_WILL; // [MQTT-3.14.4-3] speaks of reason 0 only
            }
            newExpiry = PacketProperties.sessionExpiry(propertiesOf(header));
            if (newExpiry != null && newExpiry > 0 && connection.terms().expirySeconds() == 0) {
                throw MqttViolation.protocolError("Session Expiry Interval was 0 in CONNECT (section 3.14.2.2.2)");
            }
        }
        connection.disconnected(goodbye, newExpiry); // [MQTT-3.14.4-3 of 3.1.1]
    }

    private static MqttProperties propertiesOf(MqttReasonCodeAndPropertiesVariableHeader header) {
        MqttProperties properties = header.properties();
        return properties == null ? MqttProperties.NO_PROPERTIES : properties;
    }
}
