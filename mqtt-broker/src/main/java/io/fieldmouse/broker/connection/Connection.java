package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.connection.ReadingPauses.Pause;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.Outbound;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionContext;
import io.fieldmouse.broker.session.SessionRegistry.Goodbye;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.mqtt.MqttMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: its phase, what it owes, and what leaves through it. Belongs to its lane; until its CONNECT
 * is understood that is the lane that accepted it, from then on its session's.
 */
final class Connection implements Outbound {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** Where a connection is in its life. It only ever goes down this list. */
    enum Phase {
        AWAITING_CONNECT,
        /** Its CONNECT is understood; CONNACK is not out. */
        CONNECTING,
        OPEN,
        CLOSED
    }

    private final Channel channel;
    private final Caller caller;
    private final Shared shared;
    private final OutboundBatch batch;
    private final PacketHandler handler;
    private final ReadingPauses pauses;
    private final KeepAlive keepAlive;
    private final DiskWait diskWait;
    private final PublishWriter publishes;
    private NettyLane lane;
    private Phase phase = Phase.AWAITING_CONNECT;
    private ClientTerms terms = ClientTerms.unknown(0);
    private @Nullable Session session;
    private boolean sessionIsNew;
    private @Nullable String certificateUser;
    private boolean flushDue;

    Connection(
            Channel channel, Caller caller, Shared shared, OutboundBatch batch, PacketHandler handler, NettyLane lane) {
        this.channel = channel;
        this.caller = caller;
        this.shared = shared;
        this.batch = batch;
        this.publishes = new PublishWriter(batch, shared);
        this.handler = handler;
        this.keepAlive = new KeepAlive(this, batch);
        this.diskWait = new DiskWait(this, shared);
        this.pauses = new ReadingPauses(handler::pauseReading, handler::resumeReading);
        this.lane = lane;
    }

    // ---- phase

    Phase phase() {
        return phase;
    }

    NettyLane lane() {
        return lane;
    }

    Channel channel() {
        return channel;
    }

    /** Who this is with, for the log. */
    Caller caller() {
        return caller;
    }

    ClientTerms terms() {
        return terms;
    }

    /** The client has shown a certificate with this name before it said anything. */
    void identifiedBy(String name) {
        certificateUser = name;
        caller.hasUserName(name);
    }

    /** Who the client's certificate says it is; null without one. It counts as a user whose password was right. */
    @Nullable
    String certificateUser() {
        return certificateUser;
    }

    void moveTo(NettyLane home) {
        lane = home;
        batch.moveTo(home.traffic());
    }

    /** Its CONNECT is being answered. */
    void connecting(ClientTerms clientTerms) {
        phase = Phase.CONNECTING;
        terms = clientTerms;
        batch.limitTo(clientTerms.packetBytesMax());
        publishes.agree(clientTerms);
    }

    /** It has this session; messages may flow when {@link #open} is called. */
    void claimed(Session claimedSession, boolean isNew) {
        session = claimedSession;
        sessionIsNew = isNew;
    }

    /** CONNACK is written: what waited in the session follows it. */
    void open() {
        phase = Phase.OPEN;
        handler.welcome();
        publishes.useAliases(context().standing());
        session().open();
        resume(Pause.CONNECTING);
    }

    Session session() {
        if (session == null) {
            throw new IllegalStateException("no session before CONNECT");
        }
        return session;
    }

    private SessionContext context() {
        return shared.registries().get(lane.index()).context();
    }

    CommitGate gate() {
        return context().gate();
    }

    // ---- messages to the client

    @Override
    public boolean isWritable() {
        if (phase != Phase.OPEN) {
            return false;
        }
        if (batch.isFull()) {
            flush();
        }
        return channel.isWritable();
    }

    @Override
    public int receiveMaximum() {
        return Math.min(terms.receiveMaximum(), shared.limits().inflightMax());
    }

    @Override
    public boolean publish(
            Publication publication,
            Qos qos,
            boolean retain,
            boolean dup,
            int packetId,
            int[] subscriptionIds,
            long afterPosition) {
        PublishEncoder.Shape shape = publishes.shape(qos, retain, dup, packetId, subscriptionIds);
        if (qos.isAcknowledged()) {
            // It will owe an acknowledgement, which must be read.
            resume(Pause.RECEIVER_CROWDED);
            resume(Pause.STORE_BEHIND);
        }
        if (afterPosition > gate().durablePosition() || (qos == Qos.EXACTLY_ONCE && diskWait.holdsDeliveries())) {
            if (!publishes.fits(publication, shape)) {
                return false;
            }
            diskWait.deliverAfter(afterPosition, () -> write(publication, shape));
            return true;
        }
        return write(publication, shape);
    }

    private boolean write(Publication publication, PublishEncoder.Shape shape) {
        if (!publishes.write(lane.encoder(), publication, shape)) {
            return false;
        }
        flushAtEndOfTurn();
        return true;
    }

    @Override
    public void release(int packetId, long afterPosition) {
        diskWait.deliverAfter(afterPosition, () -> reply(PacketKind.PUBREL, packetId, ReasonCode.SUCCESS, ""));
    }

    /** Sends PUBACK, PUBREC, PUBREL or PUBCOMP; the words where there are any, they are wanted, and they fit. */
    void reply(PacketKind kind, int packetId, ReasonCode reason, String words) {
        Replies.publishReply(batch.nextPacket(), kind, packetId, reason, words, terms);
        flushAtEndOfTurn();
    }

    void pingResponse() {
        Replies.pingResponse(batch.nextPacket());
        flushAtEndOfTurn();
    }

    /** Sends one of the rarer packets. Returns false when it exceeds the client's Maximum Packet Size and was not sent. */
    boolean send(MqttMessage message) {
        boolean written = channel.write(message).isSuccess();
        flushAtEndOfTurn();
        return written;
    }

    private void flushAtEndOfTurn() {
        if (!flushDue) {
            flushDue = true;
            lane.atEndOfTurn(this::flush);
        }
    }

    private void flush() {
        flushDue = false;
        if (!channel.isActive()) {
            return;
        }
        batch.send();
        if (!channel.isWritable()) {
            // Each packet it sends would be answered into a buffer that nobody empties.
            pause(Pause.REPLIES_UNREAD);
        }
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        if (unsent != null && unsent.totalPendingWriteBytes() > shared.limits().outboundBytesMax()) {
            shared.counters().add(Counter.DROPPED_SLOW_READER);
            close(ReasonCode.QUOTA_EXCEEDED, "the client does not read what is sent to it");
        }
    }

    /** The socket takes more again. */
    void becameWritable() {
        resume(Pause.REPLIES_UNREAD);
        if (phase == Phase.OPEN) {
            session().becameWritable();
        }
    }

    /** What the disk has yet to write before it may leave. */
    DiskWait diskWait() {
        return diskWait;
    }

    // ---- reading

    /** A client that owes us acknowledgements is read from whatever happens: they make the room we wait for. */
    void pauseUnlessOwed(Pause reason) {
        if (!session().awaitsAcknowledgement()) {
            pause(reason);
        }
    }

    void pause(Pause reason) {
        pauses.add(reason);
    }

    void resume(Pause reason) {
        pauses.remove(reason);
    }

    ReadingPauses pauses() {
        return pauses;
    }

    KeepAlive keepAlive() {
        return keepAlive;
    }

    // ---- the end

    /** The client said DISCONNECT. */
    void disconnected(Goodbye goodbye, @Nullable Long newExpirySeconds) {
        if (phase != Phase.CLOSED) {
            told(goodbye == Goodbye.WITH_WILL ? "said DISCONNECT, and that its will be sent" : "said DISCONNECT");
            phase = Phase.CLOSED;
            detach(goodbye, newExpirySeconds);
            if (channel.pipeline().get(WebSocketFrames.class) != null) {
                hangUp(); // a browser takes the end without a Close frame for a fault (RFC 6455 section 7.1.5)
            } else {
                flush();
                channel.close();
            }
        }
    }

    /** Ends the connection from this side, with DISCONNECT or a refusing CONNACK where the protocol has one. */
    @Override
    public void close(ReasonCode reason, String words) {
        close(reason, words, words);
    }

    /** @param logged for the log, where that is to know more than the client */
    void close(ReasonCode reason, String words, String logged) {
        Phase was = phase;
        if (was == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        LOG.info("closing {} reason=\"{}\" detail=\"{}\"", caller, reason, Caller.printable(logged));
        detach(Goodbye.WITH_WILL, null);
        if (was == Phase.OPEN && terms.isMqtt5()) {
            Replies.disconnect(batch.nextPacket(), reason, words, terms); // [MQTT-3.14.0-1]
        }
        hangUp();
    }

    /** Refuses a CONNECT. */
    void refuse(ReasonCode reason, String words) {
        refuse(reason, words, words);
    }

    /** @param logged for the log, where that is to know more than the client */
    void refuse(ReasonCode reason, String words, String logged) { // [MQTT-3.2.2-7], [MQTT-3.2.2-5 of 3.1.1]
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        shared.counters().add(Counter.CONNECTIONS_REFUSED);
        LOG.info("refusing {} reason=\"{}\" detail=\"{}\"", caller, reason, Caller.printable(logged));
        // A client takes a session of which it was never told for a fault when it comes again (section 3.2.2.1.1).
        detach(Goodbye.WITHOUT_WILL, sessionIsNew ? 0L : null);
        Replies.refusal(batch.nextPacket(), reason, words, terms);
        hangUp();
    }

    private void hangUp() { // [MQTT-3.14.4-1], [MQTT-3.14.4-2], [MQTT-4.13.2-1]
        HangUp.after(batch, channel, lane, handler::discardInput);
    }

    /** The socket is gone. */
    void lost() {
        if (phase != Phase.CLOSED) {
            told("lost, without DISCONNECT");
            phase = Phase.CLOSED;
            detach(Goodbye.WITH_WILL, null);
        }
    }

    /** The end of what was told as connected. */
    private void told(String how) {
        if (phase == Phase.OPEN) {
            LOG.info("disconnected {} how=\"{}\"", caller, how);
        }
    }

    private void detach(Goodbye goodbye, @Nullable Long newExpirySeconds) {
        publishes.close();
        if (session != null) {
            shared.registries().get(lane.index()).release(session, this, goodbye, newExpirySeconds);
        }
    }
}
