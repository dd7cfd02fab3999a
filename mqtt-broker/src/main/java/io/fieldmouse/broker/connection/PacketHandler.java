package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.Traffic;
import io.fieldmouse.broker.lane.Traffic.Flow;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttIdentifierRejectedException;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where every packet of a connection arrives: one switch, one line for each packet type. It also sees to it that each
 * frame became exactly one packet, and that the client is heard from within its keep alive.
 */
final class PacketHandler extends ChannelInboundHandlerAdapter implements PacketFramer.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(PacketHandler.class);

    /** With which a client of TLS begins (RFC 8446 section 5.1). */
    private static final int TLS_HANDSHAKE_RECORD = 0x16_03;

    private final Caller caller;
    private final Shared shared;
    private final NettyLane acceptingLane;
    private final OutboundBatch batch;
    private final PacketFramer framer;
    private final ReadSize readSize;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Connection connection;
    private @Nullable ClientPackets packets;
    /** For the CONNECT to come, and what it needs to be answered. */
    private Lane.@Nullable Timer connectTimer;

    private @Nullable AuthenticationExchange authentication;
    private boolean counted;
    private int level;
    private boolean bridge;
    private int packetsOfFrame;

    PacketHandler(Caller caller, Shared shared, NettyLane acceptingLane, ReadSize readSize) {
        this.caller = caller;
        this.shared = shared;
        this.acceptingLane = acceptingLane;
        this.batch = new OutboundBatch(shared.budget(), acceptingLane.traffic());
        this.framer = new PacketFramer(this, shared.limits().connectBytesMax(), shared.strangers());
        this.readSize = readSize;
    }

    OutboundBatch batch() {
        return batch;
    }

    PacketFramer framer() {
        return framer;
    }

    private Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("not active yet");
        }
        return connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        acceptingLane.traffic().add(Flow.SOCKETS_OPENED, 1);
        connection = new Connection(ctx.channel(), caller, shared, batch, this, acceptingLane);
        boolean inTime = shared.rate().admits();
        counted = inTime && shared.room().enter();
        if (!counted) {
            Counter reason = inTime ? Counter.REFUSED_CONNECTIONS_FULL : Counter.REFUSED_CONNECTION_RATE;
            shared.counters().add(reason);
            shared.counters().add(Counter.CONNECTIONS_REFUSED);
            ctx.close();
            return;
        }
        shared.counters().add(Counter.CONNECTIONS_ACCEPTED);
        packets = new ClientPackets(connection, shared);
        connectTimer = acceptingLane.schedule(shared.limits().connectTimeout(), this::connectTimeOver);
    }

    private void connectTimeOver() {
        Connection late = connection();
        switch (late.phase()) {
            case AWAITING_CONNECT -> {
                LOG.info(
                        "closing {} detail=\"no CONNECT within {} s\"",
                        caller,
                        shared.limits().connectTimeout().toSeconds());
                late.channel().close();
            }
            case CONNECTING -> late.refuse(ReasonCode.NOT_AUTHORIZED, "its authentication took too long");
            case OPEN, CLOSED -> {}
        }
    }

    // ---- frames

    @Override
    public void frameAnnounced(int firstByte) {
        if (level == 0 && firstByte >> 4 != 1) {
            // Whoever speaks another protocol need not finish its sentence.
            // [MQTT-3.1.0-1 of 3.1.1]
            throw MqttViolation.protocolError("the first packet is not CONNECT [MQTT-3.1.0-1]");
        }
    }

    @Override
    public void frameBegins(ByteBuf frame) {
        Traffic traffic = connection().lane().traffic();
        traffic.add(Flow.PACKETS_RECEIVED, 1);
        traffic.add(Flow.BYTES_RECEIVED, frame.readableBytes());
        boolean first = level == 0;
        if (first) {
            if (isTls(frame)) {
                throw MqttViolation.malformed("TLS on a listener without tls");
            }
            bridge = BridgeBit.clear(frame);
            level = FrameRules.connectLevel(frame);
        }
        if (level == 3) {
            Mqtt31Frames.rewrite(frame);
        }
        FrameRules.check(frame, level);
        packetsOfFrame = 0;
        connection().keepAlive().heard();
    }

    /** A record of its handshake looks like a CONNECT of three bytes, with flags that CONNECT does not have. */
    private static boolean isTls(ByteBuf frame) {
        return frame.getUnsignedShort(frame.readerIndex()) == TLS_HANDSHAKE_RECORD;
    }

    @Override
    public void frameEnds() {
        if (packetsOfFrame != 1) {
            throw MqttViolation.malformed("the packet's fields and its length disagree");
        }
    }

    /** Its CONNECT is accepted: it is a client from now on, with what clients may. */
    void welcome() {
        framer.welcome(shared.limits().packetBytesMax(), shared.budget());
        readSize.welcome();
        StrangerBytes.welcome(connection().channel().pipeline());
    }

    @Override
    public void violation(MqttViolation violation) {
        if (violation.reason() == ReasonCode.QUOTA_EXCEEDED) {
            shared.counters().add(Counter.REFUSED_BUFFERS_FULL);
        } else if (violation.reason() == ReasonCode.SERVER_BUSY) {
            shared.counters().add(Counter.REFUSED_STRANGERS_FULL);
        }
        fail(violation);
    }

    private void fail(MqttViolation violation) {
        shared.counters().add(Counter.VIOLATIONS);
        if (violation.reason() == ReasonCode.PACKET_TOO_LARGE) {
            shared.counters().add(Counter.REFUSED_PACKET_TOO_LARGE);
        }
        Connection failed = connection();
        // Whatever is malformed or breaks the protocol closes [MQTT-3.1.4-1], [MQTT-4.13.1-1],
        // [MQTT-4.8.0-1 of 3.1.1]
        switch (failed.phase()) {
            case AWAITING_CONNECT -> {
                if (isAnswered(violation)) {
                    failed.connecting(ClientTerms.unknown(level));
                    failed.refuse(violation.reason(), String.valueOf(violation.getMessage()));
                } else {
                    failed.close(violation.reason(), String.valueOf(violation.getMessage()));
                }
            }
            case CONNECTING -> {
                if (isAnswered(violation)) {
                    failed.refuse(violation.reason(), String.valueOf(violation.getMessage()));
                } else {
                    failed.close(violation.reason(), String.valueOf(violation.getMessage()));
                }
            }
            case OPEN -> failed.close(violation.reason(), String.valueOf(violation.getMessage()));
            case CLOSED -> {}
        }
        framer.pause();
    }

    /** Whether a CONNECT that cannot be served gets a CONNACK: before 5.0 only where that has a return code for it. */
    private boolean isAnswered(MqttViolation violation) {
        if (level >= 5) {
            return true;
        }
        return switch (violation.reason()) {
            // [MQTT-3.1.4-1 of 3.1.1], [MQTT-3.2.2-6 of 3.1.1]
            case MALFORMED_PACKET, PROTOCOL_ERROR, TOPIC_NAME_INVALID, PACKET_TOO_LARGE -> false; // [MQTT-3.1.4-1]
            default -> level > 0;
        };
    }

    // ---- packets

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        packetsOfFrame++;
        try {
            if (connection().phase() != Connection.Phase.CLOSED) {
                MqttMessage packet = (MqttMessage) msg;
                checkDecoded(packet);
                handle(packet);
            }
        } catch (MqttViolation violation) {
            fail(violation);
        } finally {
            ReferenceCountUtil.release(msg);
        }
    }

    private static void checkDecoded(MqttMessage packet) {
        if (packet.decoderResult().isSuccess()) {
            return;
        }
        Throwable cause = packet.decoderResult().cause();
        String words = String.valueOf(cause.getMessage());
        // The decoder has looked at text, reserved flags, packet ids, and at what must be there and what must not:
        // [MQTT-1.5.4-1], [MQTT-1.5.4-2], [MQTT-1.5.7-1], [MQTT-2.1.3-1], [MQTT-2.2.1-3], [MQTT-3.1.2-3],
        // [MQTT-3.1.2-9], [MQTT-3.1.2-16], [MQTT-3.1.2-17], [MQTT-3.1.2-18], [MQTT-3.1.2-19], [MQTT-3.1.3-4],
        // [MQTT-3.1.3-11], [MQTT-3.1.3-12], [MQTT-3.3.2-1], [MQTT-3.3.2-13], [MQTT-3.3.2-19], [MQTT-3.6.1-1],
        // [MQTT-3.8.1-1], [MQTT-3.8.3-1], [MQTT-3.10.1-1], [MQTT-3.10.3-1], [MQTT-3.14.1-1], [MQTT-3.15.1-1],
        // [MQTT-1.5.3-1 of 3.1.1], [MQTT-1.5.3-2 of 3.1.1], [MQTT-2.2.2-1 of 3.1.1], [MQTT-2.2.2-2 of 3.1.1],
        // [MQTT-2.3.1-1 of 3.1.1], [MQTT-3.1.2-3 of 3.1.1], [MQTT-3.1.2-9 of 3.1.1], [MQTT-3.1.2-11 of 3.1.1],
        // [MQTT-3.1.2-18 of 3.1.1], [MQTT-3.1.2-19 of 3.1.1], [MQTT-3.1.2-20 of 3.1.1], [MQTT-3.1.2-21 of 3.1.1],
        // [MQTT-3.1.3-4 of 3.1.1], [MQTT-3.1.3-10 of 3.1.1], [MQTT-3.1.3-11 of 3.1.1], [MQTT-3.3.2-1 of 3.1.1],
        // [MQTT-3.6.1-1 of 3.1.1], [MQTT-3.8.1-1 of 3.1.1], [MQTT-3.8.3-1 of 3.1.1], [MQTT-3.10.1-1 of 3.1.1],
        // [MQTT-3.10.3-1 of 3.1.1], [MQTT-3.14.1-1 of 3.1.1]
        ReasonCode reason = ReasonCode.MALFORMED_PACKET;
        if (cause instanceof MqttUnacceptableProtocolVersionException) {
            // [MQTT-3.1.2-1], [MQTT-3.1.2-1 of 3.1.1], [MQTT-3.1.2-2 of 3.1.1]
            reason = ReasonCode.UNSUPPORTED_PROTOCOL_VERSION; // [MQTT-3.1.2-2]
            words = "neither MQTT 3.1, 3.1.1 nor 5.0";
        } else if (cause instanceof MqttIdentifierRejectedException) {
            reason = ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
        } else if (cause instanceof TooLongFrameException) {
            reason = ReasonCode.PACKET_TOO_LARGE;
        }
        throw new MqttViolation(reason, words);
    }

    private void handle(MqttMessage packet) {
        ClientPackets client = packets;
        if (client == null) {
            throw new IllegalStateException("not active yet");
        }
        MqttMessageType type = packet.fixedHeader().messageType();
        if (connection().phase() == Connection.Phase.CONNECTING
                && type != MqttMessageType.AUTH
                && type != MqttMessageType.DISCONNECT) {
            throw MqttViolation.protocolError(type + " in the middle of its authentication [MQTT-3.1.2-30]");
        }
        switch (type) {
            case CONNECT -> connect((MqttConnectMessage) packet);
            case PUBLISH -> client.publish((MqttPublishMessage) packet);
            case PUBACK -> client.puback(packet);
            case PUBREC -> client.pubrec(packet);
            case PUBREL -> client.pubrel(packet);
            case PUBCOMP -> client.pubcomp(packet);
            case SUBSCRIBE -> client.subscribe((MqttSubscribeMessage) packet);
            case UNSUBSCRIBE -> client.unsubscribe((MqttUnsubscribeMessage) packet);
            case PINGREQ -> connection().pingResponse(); // [MQTT-3.12.4-1], [MQTT-3.12.4-1 of 3.1.1]
            case DISCONNECT -> client.disconnect(packet);
            case AUTH -> authenticate(packet);
            case CONNACK, SUBACK, UNSUBACK, PINGRESP ->
                throw MqttViolation.protocolError("a client does not send this packet");
        }
    }

    private void connect(MqttConnectMessage packet) {
        if (connection().phase() != Connection.Phase.AWAITING_CONNECT) {
            throw MqttViolation.protocolError("a second CONNECT [MQTT-3.1.0-2]"); // [MQTT-3.1.0-2 of 3.1.1]
        }
        acceptingLane.traffic().add(Flow.CONNECTS_RECEIVED, 1);
        ConnectHandshake handshake =
                new ConnectHandshake(connection(), shared, connection().keepAlive()::watch);
        handshake.begin(packet, bridge);
        authentication = handshake.authentication();
        stopConnectTimer();
    }

    private void authenticate(MqttMessage packet) {
        AuthenticationExchange exchange = authentication;
        if (exchange == null) {
            throw MqttViolation.protocolError("CONNECT named no authentication method [MQTT-4.12.0-7]");
        }
        exchange.received(packet);
        stopConnectTimer();
    }

    /** Once the client has said all that CONNACK needs: before the connection goes to another lane, in a task of its own. */
    private void stopConnectTimer() {
        boolean more = authentication != null && authentication.isRunning();
        if (!more) {
            cancelConnectTimer();
        }
    }

    private void cancelConnectTimer() {
        if (connectTimer != null) {
            connectTimer.cancel();
            connectTimer = null;
        }
    }

    // ---- the channel

    void pauseReading() {
        connection().keepAlive().paused();
        framer.pause();
        connection().channel().config().setAutoRead(false);
    }

    void resumeReading() {
        connection().keepAlive().resumed();
        connection().channel().config().setAutoRead(true);
        // As a task of its own: what waits here must not be handled in the middle of something else.
        connection().lane().execute(() -> {
            ChannelHandlerContext framerContext =
                    context == null ? null : context.pipeline().context(framer);
            if (framerContext != null && connection().pauses().isEmpty()) {
                framer.resume(framerContext);
            }
        });
    }

    /** The connection is over for us: reads on, so that the client's end of it can come, and believes nothing. */
    void discardInput() {
        framer.discard(); // [MQTT-3.1.4-6], [MQTT-3.1.4-5 of 3.1.1]
        connection().channel().config().setAutoRead(true);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof TlsPeer.CertificateUser user) {
            connection().identifiedBy(user.name());
        }
    }

    /** From any thread: the client may be moving to another lane. */
    void closeUntrusted(String words) {
        Channel channel = connection().channel();
        channel.eventLoop().execute(() -> {
            if (channel.eventLoop().inEventLoop()) {
                connection().close(ReasonCode.NOT_AUTHORIZED, words);
            } else {
                closeUntrusted(words);
            }
        });
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            connection().becameWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (counted) {
            counted = false;
            shared.room().leave();
        }
        cancelConnectTimer();
        connection().keepAlive().stop();
        if (packets != null) {
            packets.end();
        }
        connection().lost();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof MqttViolation violation) {
            violation(violation); // found below, where frames of a WebSocket are read
        } else if (cause instanceof IOException) {
            LOG.debug("gone {} detail=\"{}\"", caller, cause.getMessage());
            ctx.close();
        } else {
            LOG.error("closing {}: this is a fault of the broker", caller, cause);
            failed(ctx);
        }
    }

    /** Says goodbye if that can still be said: what failed may have been the saying of it. */
    private void failed(ChannelHandlerContext ctx) {
        if (connection == null || connection.phase() == Connection.Phase.CLOSED) {
            ctx.close();
        } else {
            connection.close(ReasonCode.UNSPECIFIED_ERROR, "a fault of the broker");
        }
    }
}
