package io.fieldmouse.gateway.publish;

import io.fieldmouse.gateway.publish.MqttSession.Outgoing;
import io.fieldmouse.gateway.reading.LogText;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's side of the protocol on one connection: what each packet means, and what is owed. Everything here runs
 * on the connection's event loop, except where it says otherwise.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // what fails on a channel or its loop ends the connection, and is told there
final class MqttConnection {

    private enum Phase {
        CONNECTING,
        CONNECTED,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(MqttConnection.class);

    private final EventLoop loop;
    private final BrokerAddress address;
    private final MqttOptions options;
    private final MqttSession session;
    private final MqttClient.Listener listener;
    private final IncomingMessages incoming;
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final PendingRequests requests = new PendingRequests();
    private final PacketSizeLimit packetSizeLimit = new PacketSizeLimit();
    private final KeepAlive keepAlive;

    private Phase phase = Phase.CONNECTING;
    private @Nullable Channel channel;
    private volatile boolean sessionPresent;
    private boolean closing;
    private boolean flushPlanned;
    private int lastPacketId;
    private BrokerLimits limits = BrokerLimits.NONE;

    MqttConnection(
            EventLoop loop,
            BrokerAddress address,
            MqttOptions options,
            MqttSession session,
            MqttClient.Listener listener) {
        this.loop = loop;
        this.address = address;
        this.options = options;
        this.session = session;
        this.listener = listener;
        this.incoming = new IncomingMessages(session, listener, this::write);
        this.keepAlive = new KeepAlive(loop, () -> write(MqttMessage.PINGREQ), this::fail);
    }

    /** For any thread. */
    CompletableFuture<Void> connected() {
        return connected;
    }

    /** Completes when the connection is closed, for whatever reason. For any thread. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** For any thread, after {@link #connected()}. */
    boolean sessionPresent() {
        return sessionPresent;
    }

    MqttOptions options() {
        return options;
    }

    PacketSizeLimit packetSizeLimit() {
        return packetSizeLimit;
    }

    KeepAlive keepAlive() {
        return keepAlive;
    }

    // The life of a connection, in its order.

    void opened(Channel newChannel) {
        if (phase == Phase.CLOSED) {
            newChannel.close();
            return;
        }
        channel = newChannel;
        var unused =
                loop.schedule(this::connectTimedOut, options.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
        write(MqttPackets.connect(address, options));
    }

    void neverOpened(Throwable cause) {
        fail(MqttException.neverConnected(address, cause));
    }

    private void connectTimedOut() {
        if (phase == Phase.CONNECTING) {
            fail(MqttException.of(address + " did not answer the CONNECT within "
                    + options.connectTimeout().toMillis() + " ms"));
        }
    }

    /** The one switch over what a broker may send. */
    void received(MqttMessage packet) throws MqttException {
        MqttMessageType type = packet.fixedHeader().messageType();
        log("received", packet);
        if (phase == Phase.CLOSED) {
            return;
        }
        if ((phase == Phase.CONNECTING) != (type == MqttMessageType.CONNACK)) {
            throw MqttException.violation("the broker sent a " + type + " out of turn");
        }
        switch (type) {
            case CONNACK -> connectAcknowledged(((MqttConnAckMessage) packet).variableHeader());
            case PUBLISH -> incoming.published((MqttPublishMessage) packet);
            case PUBACK -> settled(packetId(packet), reasonCode(packet), 1);
            case PUBREC -> publishReceived(packetId(packet), reasonCode(packet));
            case PUBREL -> incoming.released(packetId(packet));
            case PUBCOMP -> settled(packetId(packet), reasonCode(packet), 2);
            case SUBACK ->
                answered(packet, ((MqttSubAckMessage) packet).payload().reasonCodes());
            case UNSUBACK -> answered(packet, unsubscribed((MqttUnsubAckMessage) packet));
            case PINGRESP -> LOG.trace("every byte was a sign of life already");
            case DISCONNECT -> fail(disconnected(packet));
            case CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, AUTH ->
                throw MqttException.violation("the broker sent a " + type + ", which is not its to send");
        }
    }

    private void connectAcknowledged(MqttConnAckVariableHeader connack) throws MqttException {
        int code = ReasonCode.ofConnectReturnCode(connack.connectReturnCode().byteValue() & 0xFF);
        if (code != ReasonCode.SUCCESS) {
            throw refused(code, MqttPackets.text(connack.properties(), MqttProperties.REASON_STRING));
        }
        if (connack.isSessionPresent() && options.cleanStart()) {
            throw MqttException.violation("the broker goes on with a session that was to end"); // [MQTT-3.2.2-4]
        }
        phase = Phase.CONNECTED;
        limits = BrokerLimits.of(options.version(), connack.properties());
        packetSizeLimit.set(limits.packetBytesMax());
        Integer imposed = limits.keepAliveSeconds();
        keepAlive.start(imposed == null ? options.keepAliveSeconds() : imposed); // [MQTT-3.2.2-21]
        // Version 3.1 has no such flag: a client that did not ask for a new session has to believe in the old one.
        boolean unknown = options.version() == ProtocolVersion.MQTT_3_1;
        sessionPresent = unknown ? !options.cleanStart() : connack.isSessionPresent();
        if (sessionPresent) {
            repeatUnacknowledged();
        } else {
            session.abandon(MqttException.of("the broker has forgotten the session, and this message with it"));
        }
        connected.complete(null);
        sendWaiting();
    }

    MqttException refused(int code, @Nullable String reasonString) {
        return MqttException.withReason(address + " refused the connection", code, reasonString);
    }

    private MqttException disconnected(MqttMessage packet) {
        if (packet.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header) {
            return MqttException.withReason(
                    "the broker ended the connection",
                    header.reasonCode() & 0xFF,
                    MqttPackets.text(header.properties(), MqttProperties.REASON_STRING));
        }
        return MqttException.of("the broker ended the connection");
    }

    void inactive() {
        fail(MqttException.of(
                phase == Phase.CONNECTING
                        ? address + " closed the connection before its CONNACK"
                        : "the broker closed the connection"));
    }

    /** Ends the connection for a reason, once. Where the broker is to blame, it is told. */
    void fail(MqttException reason) {
        if (phase == Phase.CLOSED) {
            return;
        }
        boolean wasConnected = phase == Phase.CONNECTED;
        phase = Phase.CLOSED;
        keepAlive.stop();
        if (wasConnected && reason.isOurVerdict() && options.version() == ProtocolVersion.MQTT_5) {
            write(MqttPackets.disconnect(options.version(), reason.reasonCode()));
        }
        closeChannel();
        requests.failAll(reason);
        if (options.cleanStart() && options.sessionExpirySeconds() == 0) {
            session.abandon(reason);
        } else {
            session.abandonWaiting(reason);
        }
        if (wasConnected && !closing) {
            listener.closed(reason);
        }
        connected.completeExceptionally(reason);
        ended.complete(null);
    }

    private void closeChannel() {
        Channel open = channel;
        if (open != null) {
            open.flush();
            open.close();
        }
    }

    /** Sends what was taken, for at most this long, then says goodbye. */
    void disconnect(Duration drain) {
        if (phase != Phase.CONNECTED || session.isSettled()) {
            goodbye();
        } else if (!closing) {
            closing = true;
            loop.schedule(this::goodbye, drain.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void goodbye() {
        closing = true;
        if (phase == Phase.CONNECTED) {
            write(MqttPackets.disconnect(options.version(), ReasonCode.SUCCESS));
        }
        fail(MqttException.of("the client has closed the connection"));
    }

    /** Ends at once and without a word. For any thread. */
    void end() {
        loop.execute(() -> fail(MqttException.of("the client has given up the connection")));
    }

    // Messages to the broker.

    void publish(Outgoing outgoing) {
        if (phase != Phase.CONNECTED || closing) {
            session.settle(outgoing, MqttException.of("not connected to " + address));
            return;
        }
        MqttException refusal = limits.refusal(outgoing.message);
        if (refusal != null) {
            session.settle(outgoing, refusal);
            return;
        }
        session.await(outgoing);
        sendWaiting();
    }

    private void sendWaiting() {
        if (phase != Phase.CONNECTED) {
            return;
        }
        for (Outgoing next = session.nextToSend(limits.window());
                next != null;
                next = session.nextToSend(limits.window())) {
            send(next);
        }
        if (closing && session.isSettled()) {
            goodbye();
        }
    }

    private void send(Outgoing outgoing) {
        ApplicationMessage message = outgoing.message;
        if (message.qos() == 0) {
            // Packet id -1: none, which is how the codec's own builder says it.
            write(MqttPackets.publish(message, -1, false)).addListener(f -> {
                session.settle(outgoing, f.isSuccess() ? null : MqttClient.asMqttException(f.cause()));
                sendWaiting();
            });
            return;
        }
        int packetId = freePacketId();
        session.sent(packetId, outgoing);
        write(MqttPackets.publish(message, packetId, false)).addListener(f -> {
            // Only what could not be encoded or is too large fails here alone; a lost connection fails everything.
            if (!f.isSuccess() && phase == Phase.CONNECTED && session.acknowledged(packetId) == outgoing) {
                session.settle(outgoing, MqttClient.asMqttException(f.cause()));
                sendWaiting();
            }
        });
    }

    private void repeatUnacknowledged() {
        for (Map.Entry<Integer, Outgoing> entry : session.toRepeat()) {
            Outgoing outgoing = entry.getValue();
            write(
                    outgoing.received
                            ? MqttPackets.reply(MqttMessageType.PUBREL, entry.getKey(), ReasonCode.SUCCESS)
                            : MqttPackets.publish(outgoing.message, entry.getKey(), true)); // [MQTT-4.4.0-1]
        }
    }

    private void publishReceived(int packetId, int reasonCode) throws MqttException {
        Outgoing outgoing = session.unacknowledged(packetId);
        if (outgoing == null || outgoing.message.qos() != 2) {
            write(MqttPackets.reply(MqttMessageType.PUBREL, packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        } else if (reasonCode >= ReasonCode.FIRST_ERROR) {
            settled(packetId, reasonCode, 2);
        } else {
            outgoing.received = true;
            write(MqttPackets.reply(MqttMessageType.PUBREL, packetId, ReasonCode.SUCCESS));
        }
    }

    private void settled(int packetId, int reasonCode, int qos) throws MqttException {
        Outgoing outgoing = session.unacknowledged(packetId);
        if (outgoing != null) {
            if (outgoing.message.qos() != qos) {
                throw MqttException.violation(
                        "the broker acknowledged packet " + packetId + " with the packet of another QoS");
            }
            session.acknowledged(packetId);
            session.settle(outgoing, refusal(outgoing, reasonCode));
        }
        sendWaiting();
    }

    private static @Nullable MqttException refusal(Outgoing outgoing, int reasonCode) {
        // A broker that no longer knows a packet id after PUBREC has delivered the message long ago.
        return reasonCode < ReasonCode.FIRST_ERROR || outgoing.received
                ? null
                : MqttException.withReason("the broker refused " + outgoing.message.topic(), reasonCode, null);
    }

    // Subscribing.

    void request(IntFunction<MqttMessage> packet, CompletableFuture<List<Integer>> answer) {
        if (phase != Phase.CONNECTED || closing) {
            answer.completeExceptionally(MqttException.of("not connected to " + address));
            return;
        }
        int packetId = freePacketId();
        if (requests.add(packetId, answer)) {
            write(packet.apply(packetId)).addListener(f -> {
                if (!f.isSuccess()) {
                    requests.fail(packetId, MqttClient.asMqttException(f.cause()));
                }
            });
        }
    }

    private void answered(MqttMessage packet, List<Integer> reasonCodes) throws MqttException {
        if (!requests.answer(packetId(packet), reasonCodes)) {
            throw MqttException.violation("the broker answered a subscription that was never asked for");
        }
    }

    private static List<Integer> unsubscribed(MqttUnsubAckMessage packet) {
        return packet.payload().unsubscribeReasonCodes().stream()
                .map(code -> code & 0xFF)
                .toList();
    }

    /** The next packet id in turn that nothing waits for [MQTT-2.2.1-3]. Both bounds together leave many free. */
    private int freePacketId() {
        do {
            lastPacketId = lastPacketId % 65_535 + 1;
        } while (requests.isPending(lastPacketId) || session.unacknowledged(lastPacketId) != null);
        return lastPacketId;
    }

    private static int packetId(MqttMessage packet) {
        return ((MqttMessageIdVariableHeader) packet.variableHeader()).messageId();
    }

    private static int reasonCode(MqttMessage packet) {
        return packet.variableHeader() instanceof MqttPubReplyMessageVariableHeader header
                ? header.reasonCode() & 0xFF
                : ReasonCode.SUCCESS;
    }

    private void log(String direction, MqttMessage packet) {
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "{} {} client={} broker={}",
                    direction,
                    PacketText.of(packet),
                    LogText.word(options.clientId()),
                    address);
        }
    }

    /** Writes now and flushes once at the end of this turn of the loop: one system call for many packets. */
    private ChannelFuture write(MqttMessage packet) {
        Channel open = channel;
        if (open == null) {
            throw new IllegalStateException("written before the connection was open");
        }
        keepAlive.written();
        log("sent", packet);
        if (!flushPlanned) {
            flushPlanned = true;
            loop.execute(() -> {
                flushPlanned = false;
                open.flush();
            });
        }
        return open.write(packet);
    }
}
