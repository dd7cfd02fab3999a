package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.message.SharedFilter;
import io.fieldmouse.broker.routing.Router;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.StoreTrouble;
import io.fieldmouse.broker.session.Subscription;
import io.fieldmouse.store.StoreChange;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a connected client subscribes to: SUBSCRIBE and UNSUBSCRIBE, each answered filter by filter when the disk has
 * what was granted.
 */
final class SubscriptionPackets {
    private final Connection connection;
    private final Shared shared;
    private final Router router;
    private final Supplier<Refusals> refusals;

    SubscriptionPackets(Connection connection, Shared shared, Supplier<Refusals> refusals) {
        this.connection = connection;
        this.shared = shared;
        this.router = shared.router();
        this.refusals = refusals;
    }

    private boolean isMqtt5() {
        return connection.terms().isMqtt5();
    }

    void subscribe(MqttSubscribeMessage packet) {
        int packetId = packet.variableHeader().messageId();
        int subscriptionId = PacketProperties.subscriptionId(
                packet.idAndPropertiesVariableHeader().properties());
        // It will be closed for any bad one: before a good one has taken effect.
        packet.payload().topicSubscriptions().forEach(this::requireAllowed);
        StoreTrouble trouble = storeTrouble();
        List<StoreChange> changes = new ArrayList<>();
        List<Integer> codes = new ArrayList<>();
        String words = "";
        // One after the other, with an answer for each, in their order: [MQTT-3.8.4-5], [MQTT-3.8.4-6],
        // [MQTT-3.8.4-7], [MQTT-3.9.3-1], [MQTT-3.9.3-2], [MQTT-3.8.4-4 of 3.1.1], [MQTT-3.8.4-5 of 3.1.1],
        // [MQTT-3.9.3-1 of 3.1.1]
        for (MqttTopicSubscription requested : packet.payload().topicSubscriptions()) {
            Subscription subscription = subscription(requested, subscriptionId);
            Refusal refusal = refusalOf(subscription, codes.size(), trouble);
            if (refusal == null) {
                router.subscribe(subscription, changes);
                codes.add(subscription.qos().number());
            } else {
                // [MQTT-3.9.3-2 of 3.1.1]
                codes.add(isMqtt5() ? refusal.reason.code() : ReasonCode.UNSPECIFIED_ERROR.code());
                words = words.isEmpty() ? "filter " + codes.size() + ": " + refusal.words : words;
                refusals.get().filter(requested.topicFilter(), refusal.words);
            }
        }
        String why = words;
        answerAfter(changes, trouble, () -> {
            // [MQTT-3.8.4-2], [MQTT-3.8.4-1 of 3.1.1], [MQTT-3.8.4-2 of 3.1.1]
            answer(properties -> subAck(packetId, properties, codes), why); // [MQTT-3.8.4-1]
            connection.session().replay();
        });
    }

    /** Answers when the changes are on disk; in trouble at once, because nothing new was granted then. */
    private void answerAfter(List<StoreChange> changes, @Nullable StoreTrouble trouble, Runnable answer) {
        Session session = connection.session();
        // That nothing changes is promised, too: what was changed before may not be on disk yet.
        long position = changes.isEmpty()
                ? session.subscribedPosition()
                : connection.gate().commit(changes);
        if (trouble != null) {
            answer.run();
        } else {
            session.subscribedAt(position);
            connection.diskWait().answerAfter(position, answer);
        }
    }

    /** Why nothing of this session can be stored; null when it can, or need not. */
    private @Nullable StoreTrouble storeTrouble() {
        return connection.session().isDurable() ? connection.gate().trouble() : null;
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
            shared.countIfTooDeep(SharedFilter.topicFilterOf(filter));
            throw new MqttViolation(ReasonCode.TOPIC_FILTER_INVALID, flaw);
        }
    }

    /** Why a filter is refused. */
    private record Refusal(ReasonCode reason, String words) {}

    /**
     * @param before filters of this packet that were judged: refused ones take no place, but time of all clients
     * @param trouble why nothing can be stored; null when it can, or need not
     */
    private @Nullable Refusal refusalOf(Subscription asked, int before, @Nullable StoreTrouble trouble) {
        String filter = asked.filter();
        String flaw = SharedFilter.flaw(filter, shared.limits().topicLevelsMax());
        if (flaw != null) {
            shared.countIfTooDeep(SharedFilter.topicFilterOf(filter));
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
        // Clients subscribe anew whenever they come back: to what is on disk already they may.
        if (trouble != null && !connection.session().hasDurably(asked)) {
            shared.counters().add(Counter.REFUSED_STORE_FAILED);
            return new Refusal(trouble.refusal(), trouble.words());
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
        StoreTrouble trouble = storeTrouble();
        List<StoreChange> changes = new ArrayList<>();
        List<Short> codes = new ArrayList<>();
        String words = "";
        // [MQTT-3.10.4-6], [MQTT-3.11.3-1], [MQTT-3.11.3-2], [MQTT-3.10.4-6 of 3.1.1]
        for (String filter : packet.payload().topics()) {
            Refusal refusal = unsubscribe(filter, changes, trouble);
            codes.add((short) (refusal == null ? ReasonCode.SUCCESS : refusal.reason).code());
            if (refusal != null && !refusal.words.isEmpty() && words.isEmpty()) {
                words = "filter " + codes.size() + ": " + refusal.words;
            }
        }
        // [MQTT-3.10.4-5], [MQTT-3.10.4-4 of 3.1.1], [MQTT-3.10.4-5 of 3.1.1]
        String why = words;
        // [MQTT-3.10.4-4]
        answerAfter(changes, trouble, () -> answer(properties -> unsubAck(packetId, properties, codes), why));
    }

    /** Unsubscribes, or says why not, with words where that is a fault. */
    private @Nullable Refusal unsubscribe(String filter, List<StoreChange> changes, @Nullable StoreTrouble trouble) {
        Session session = connection.session();
        if (session.subscription(filter) == null && (trouble == null || session.hasDurableSubscriptions())) {
            String flaw = SharedFilter.flaw(filter, shared.limits().topicLevelsMax());
            return flaw == null
                    ? new Refusal(ReasonCode.NO_SUBSCRIPTION_EXISTED, "")
                    : new Refusal(ReasonCode.TOPIC_FILTER_INVALID, flaw);
        }
        if (trouble != null) {
            shared.counters().add(Counter.REFUSED_STORE_FAILED);
            if (!isMqtt5()) { // UNSUBACK knows no refusal
                throw new MqttViolation(trouble.goodbye(), "UNSUBSCRIBE cannot be done: " + trouble.words());
            }
            return new Refusal(trouble.unsubscribeRefusal(), trouble.words());
        }
        router.unsubscribe(session, filter, changes);
        return null;
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
}
