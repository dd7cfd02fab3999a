package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.Traffic;
import io.fieldmouse.broker.lane.Traffic.Flow;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.message.SharedFilter;
import io.fieldmouse.broker.message.TopicName;
import io.fieldmouse.broker.routing.PublishOutcome;
import io.fieldmouse.broker.routing.Router;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionRegistry.Goodbye;
import io.fieldmouse.broker.session.Subscription;
import io.fieldmouse.store.StoreChange;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckPayload;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the broker does with each packet of a connected client: one method for each packet type. */
final class ClientPackets {
    private final Connection connection;
    private final Shared shared;
    private final Router router;
    private final @Nullable PublishPace pace;
    private @Nullable InboundAliases aliases;
    private @Nullable Refusals refusals;

    ClientPackets(Connection connection, Shared shared) {
        this.connection = connection;
        this.shared = shared;
        this.router = shared.router();
        this.pace = shared.limits().messagesPerSecondMax() > 0 ? new PublishPace(connection, shared) : null;
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
        connection.pauseWhileStoreIsBehind();
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
            countIfTooDeep(topic);
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
        if (copy && connection.acknowledgements().owesPubrec(packetId)) {
            return; // answered by the one that has yet to leave: copies make nothing grow
        }
        checkReceiveMaximum();
        if (copy) {
            // Of what was accepted: acknowledged again, delivered never [MQTT-4.3.3-10].
            connection
                    .acknowledgements()
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
        connection.acknowledgements().owe(kind, packetId, outcome);
    }

    private void logIfRefused(Publication publication, PublishOutcome outcome) {
        if (outcome.reason().isError()) {
            refusals().message(publication.topic(), outcome.logged());
        }
    }

    private void checkReceiveMaximum() {
        if (isMqtt5()
                && connection.acknowledgements().unacknowledged()
                        >= shared.limits().receiveMaximum()) { // [MQTT-3.3.4-7]
            shared.counters().add(Counter.REFUSED_RECEIVE_MAXIMUM);
            throw new MqttViolation(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + shared.limits().receiveMaximum() + " messages without acknowledgement");
        }
    }

    private void countIfTooDeep(String topic) {
        if (TopicName.levels(topic) > shared.limits().topicLevelsMax()) {
            shared.counters().add(Counter.REFUSED_TOPIC_LEVELS);
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
        long position = connection.session().releaseInbound(packetId); // [MQTT-4.3.3-12], [MQTT-4.3.3-13]
        ReasonCode reason = position < 0 ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND : ReasonCode.SUCCESS;
        connection.sendAfter(
                Math.max(position, CommitGate.AT_ONCE),
                () -> connection.reply(PacketKind.PUBCOMP, packetId, reason, "")); // [MQTT-4.3.3-11]
    }

    void pubcomp(MqttMessage packet) {
        connection.session().completed(packetId(packet));
    }

    private static int packetId(MqttMessage packet) {
        return ((MqttMessageIdVariableHeader) packet.variableHeader()).messageId();
    }

    // ---- SUBSCRIBE, UNSUBSCRIBE

    void subscribe(MqttSubscribeMessage packet) {
        int packetId = packet.variableHeader().messageId();
        int subscriptionId = PacketProperties.subscriptionId(
                packet.idAndPropertiesVariableHeader().properties());
        // It will be closed for any bad one: before a good one has taken effect.
        packet.payload().topicSubscriptions().forEach(this::requireAllowed);
        List<StoreChange> changes = new ArrayList<>();
        List<Integer> codes = new ArrayList<>();
        String words = "";
        // One after the other, with an answer for each, in their order: [MQTT-3.8.4-5], [MQTT-3.8.4-6],
        // [MQTT-3.8.4-7], [MQTT-3.9.3-1], [MQTT-3.9.3-2], [MQTT-3.8.4-4 of 3.1.1], [MQTT-3.8.4-5 of 3.1.1],
        // [MQTT-3.9.3-1 of 3.1.1]
        for (MqttTopicSubscription requested : packet.payload().topicSubscriptions()) {
            Refusal refusal = refusalOf(requested.topicFilter(), codes.size());
            if (refusal == null) {
                Subscription subscription = subscription(requested, subscriptionId);
                router.subscribe(subscription, changes);
                codes.add(subscription.qos().number());
            } else {
                // [MQTT-3.9.3-2 of 3.1.1]
                codes.add(isMqtt5() ? refusal.reason.code() : ReasonCode.UNSPECIFIED_ERROR.code());
                words = words.isEmpty() ? "filter " + codes.size() + ": " + refusal.words : words;
                refusals().filter(requested.topicFilter(), refusal.words);
            }
        }
        long position = commit(changes);
        String why = words;
        connection.sendAfter(position, () -> {
            // [MQTT-3.8.4-2], [MQTT-3.8.4-1 of 3.1.1], [MQTT-3.8.4-2 of 3.1.1]
            answer(properties -> subAck(packetId, properties, codes), why); // [MQTT-3.8.4-1]
            connection.session().replay();
        });
    }

    /** Sends the packet, with the words where there are any, they are wanted, and they fit. */
    private void answer(Function<MqttProperties, MqttMessage> packet, String words) {
        if (!words.isEmpty() && connection.terms().wantsProblems()) { // [MQTT-3.1.2-29]
            MqttProperties properties = new MqttProperties();
            properties.add(new MqttProperties.StringProperty(MqttProperties.REASON_STRING, Replies.shortened(words)));
            if (connection.send(packet.apply(properties))) { // [MQTT-3.9.2-1], [MQTT-3.11.2-1]
                return;
            }
        }
        if (!connection.send(packet.apply(MqttProperties.NO_PROPERTIES))) {
            connection.close(ReasonCode.PACKET_TOO_LARGE, "the answer exceeds the client's Maximum Packet Size");
        }
    }

    private void requireAllowed(MqttTopicSubscription requested) {
        String filter = requested.topicFilter();
        if (requested.option().isNoLocal() && SharedFilter.isShared(filter)) { // [MQTT-3.8.3-4]
            throw MqttViolation.protocolError("No Local on a shared subscription [MQTT-3.8.3-4]");
        }
        String flaw =
                isMqtt5() ? null : SharedFilter.flaw(filter, shared.limits().topicLevelsMax());
        if (flaw != null) {
            countIfTooDeep(SharedFilter.topicFilterOf(filter));
            throw new MqttViolation(ReasonCode.TOPIC_FILTER_INVALID, flaw);
        }
    }

    /** Why a filter is refused. */
    private record Refusal(ReasonCode reason, String words) {}

    /** @param before filters of this packet that were judged: refused ones take no place, but time of all clients */
    private @Nullable Refusal refusalOf(String filter, int before) {
        String flaw = SharedFilter.flaw(filter, shared.limits().topicLevelsMax());
        if (flaw != null) {
            countIfTooDeep(SharedFilter.topicFilterOf(filter));
            return new Refusal(ReasonCode.TOPIC_FILTER_INVALID, flaw);
        }
        String bound = boundReachedBy(filter, before);
        if (bound != null) {
            shared.counters().add(Counter.REFUSED_SUBSCRIPTION);
            return new Refusal(ReasonCode.QUOTA_EXCEEDED, bound);
        }
        // MQTT 3.1 has no way to refuse (section 3.8): what it may not read is not sent to it.
        if (connection.terms().level() > 3 && !connection.session().mayReadSomeOf(SharedFilter.topicFilterOf(filter))) {
            shared.counters().add(Counter.REFUSED_READ);
            return new Refusal(ReasonCode.NOT_AUTHORIZED, "reading is not allowed");
        }
        return null;
    }

    private @Nullable String boundReachedBy(String filter, int before) {
        Session session = connection.session();
        int most = shared.limits().subscriptionsMax();
        if (before >= most || (session.subscription(filter) == null && session.subscriptionCount() >= most)) {
            return "the most subscriptions allowed is " + most;
        }
        // What a durable session subscribes is stored: one that asks again and again fills what waits for the disk.
        if (session.isDurable()
                && connection.gate().pendingBytes() > shared.limits().storeBacklogBytesMax()) {
            return "too much waits for the disk";
        }
        return session.hasRoomFor(filter) ? null : "no room for another subscription";
    }

    private Subscription subscription(MqttTopicSubscription requested, int subscriptionId) {
        MqttSubscriptionOption option = requested.option();
        boolean bridge = connection.terms().bridge();
        return new Subscription(
                connection.session(),
                requested.topicFilter(),
                Qos.of(option.qos().value()), // [MQTT-3.2.2-10]
                option.isNoLocal() || bridge,
                option.isRetainAsPublished() || bridge,
                option.retainHandling().value(),
                Subscription.ids(subscriptionId));
    }

    void unsubscribe(MqttUnsubscribeMessage packet) {
        int packetId = packet.variableHeader().messageId();
        List<StoreChange> changes = new ArrayList<>();
        List<Short> codes = new ArrayList<>();
        String words = "";
        // [MQTT-3.10.4-6], [MQTT-3.11.3-1], [MQTT-3.11.3-2], [MQTT-3.10.4-6 of 3.1.1]
        for (String filter : packet.payload().topics()) {
            boolean was = router.unsubscribe(connection.session(), filter, changes);
            String flaw = was ? null : SharedFilter.flaw(filter, shared.limits().topicLevelsMax());
            ReasonCode code = was
                    ? ReasonCode.SUCCESS
                    : flaw == null ? ReasonCode.NO_SUBSCRIPTION_EXISTED : ReasonCode.TOPIC_FILTER_INVALID;
            codes.add((short) code.code());
            if (flaw != null && words.isEmpty()) {
                words = "filter " + codes.size() + ": " + flaw;
            }
        }
        long position = commit(changes);
        // [MQTT-3.10.4-5], [MQTT-3.10.4-4 of 3.1.1], [MQTT-3.10.4-5 of 3.1.1]
        String why = words;
        connection.sendAfter(
                position, () -> answer(properties -> unsubAck(packetId, properties, codes), why)); // [MQTT-3.10.4-4]
    }

    private long commit(List<StoreChange> changes) {
        return changes.isEmpty() ? CommitGate.AT_ONCE : connection.gate().commit(changes);
    }

    private static MqttMessage subAck(int packetId, MqttProperties properties, List<Integer> codes) {
        // No user properties in these [MQTT-3.9.2-2], [MQTT-3.11.2-2]
        return new MqttSubAckMessage(
                header(MqttMessageType.SUBACK),
                new MqttMessageIdAndPropertiesVariableHeader(
                        packetId, properties), // [MQTT-2.2.1-6], [MQTT-2.3.1-7 of 3.1.1]
                new MqttSubAckPayload(codes));
    }

    private static MqttMessage unsubAck(int packetId, MqttProperties properties, List<Short> codes) {
        return new MqttUnsubAckMessage(
                header(MqttMessageType.UNSUBACK),
                new MqttMessageIdAndPropertiesVariableHeader(packetId, properties),
                new MqttUnsubAckPayload(codes));
    }

    private static MqttFixedHeader header(MqttMessageType type) {
        return new MqttFixedHeader(type, false, MqttQoS.AT_MOST_ONCE, false, 0);
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
