package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.access.AuthenticationMethod;
import io.fieldmouse.broker.access.AuthenticationMethod.Accepted;
import io.fieldmouse.broker.access.ClientAccess;
import io.fieldmouse.broker.access.Identity;
import io.fieldmouse.broker.connection.Connection.Phase;
import io.fieldmouse.broker.connection.ReadingPauses.Pause;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.message.TopicName;
import io.fieldmouse.broker.session.SessionRegistry;
import io.fieldmouse.broker.session.SessionRegistry.Claim;
import io.fieldmouse.broker.session.SessionRegistry.Claimed;
import io.fieldmouse.broker.session.StoreTrouble;
import io.fieldmouse.broker.session.Will;
import io.fieldmouse.store.StoredSession;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.UUID;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From CONNECT to CONNACK: understand it, learn who the client is, bring the connection to its session's lane, claim the
 * session, and answer when what the answer promises is on disk. Nothing is read from the client meanwhile, but for the
 * AUTH packets by which it proves who it is, and nothing is asked of it that is not in the specifications
 * [MQTT-7.0.0-2 of 3.1.1].
 */
final class ConnectHandshake {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectHandshake.class);

    private final Connection connection;
    private final Shared shared;
    private final IntConsumer watchKeepAlive;
    private String clientId = "";
    private boolean clientIdAssigned;
    private boolean cleanStart;
    private boolean wantsResponseInformation;
    private int requestedKeepAlive;
    private @Nullable Will will;
    private @Nullable ClientAccess access;
    private @Nullable AuthenticationExchange authentication;
    private byte[] authenticationData = {};

    /** @param watchKeepAlive starts the watch with so many seconds; 0 for none */
    ConnectHandshake(Connection connection, Shared shared, IntConsumer watchKeepAlive) {
        this.connection = connection;
        this.shared = shared;
        this.watchKeepAlive = watchKeepAlive;
    }

    /** Understands the CONNECT, then goes to the session's lane. Throws what makes it unacceptable. */
    void begin(MqttConnectMessage packet, boolean bridge) {
        MqttConnectVariableHeader header = packet.variableHeader();
        connection.connecting(terms(header, bridge));
        introduce(packet.payload());
        AuthenticationMethod method = authenticationMethod(header.properties());
        cleanStart = header.isCleanSession();
        wantsResponseInformation = PacketProperties.requestsResponseInformation(header.properties());
        requestedKeepAlive = header.keepAliveTimeSeconds();
        will = checkedWill(PacketProperties.will(packet));
        nameClient(packet.payload().clientIdentifier());
        if (method == null) {
            connection.pause(Pause.CONNECTING);
            new Login(connection, shared, clientId, this::admitted).begin(packet.payload());
        } else {
            authentication = new AuthenticationExchange(connection, method, shared.counters(), this::authenticated);
            authentication.begin(PacketProperties.authenticationData(header.properties()));
        }
    }

    /** Says to the log who it claims to be. */
    private void introduce(MqttConnectPayload payload) {
        Caller caller = connection.caller();
        caller.hasClientId(payload.clientIdentifier());
        String certified = connection.certificateUser();
        caller.hasUserName(certified == null ? payload.userName() : certified);
    }

    /** The exchange of AUTH packets that CONNECT began, and that stays with the connection; null when it began none. */
    @Nullable
    AuthenticationExchange authentication() {
        return authentication;
    }

    private @Nullable AuthenticationMethod authenticationMethod(MqttProperties properties) {
        String name = PacketProperties.authenticationMethod(properties);
        AuthenticationMethod method =
                name == null ? null : shared.authenticationMethods().offered(name);
        if (name != null && method == null) { // [MQTT-4.12.0-1]
            throw new MqttViolation(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "authentication method '" + Caller.printable(name) + "' is not offered");
        }
        return method;
    }

    /** User name and password of the CONNECT, if it had any, count for nothing then. */
    private void authenticated(Accepted accepted) {
        connection.pause(Pause.CONNECTING);
        connection.caller().hasUserName(accepted.userName());
        authenticationData = accepted.data();
        admitted(Identity.byMethod(accepted, clientId));
    }

    /** It is known who the client is. */
    private void admitted(Identity identity) {
        ClientAccess granted = shared.access().accessOf(identity);
        if (will != null && !mayPublish(will, granted)) {
            connection.refuse(ReasonCode.NOT_AUTHORIZED, "the topic of its will may not be written");
            return;
        }
        access = granted;
        goHome();
    }

    /** Whether it would be refused when it is due, which nobody would hear. */
    private boolean mayPublish(Will asked, ClientAccess granted) {
        boolean system = TopicName.isSystem(asked.topic());
        if (system || !granted.mayWrite(asked.topic())) {
            shared.counters().add(system ? Counter.REFUSED_SYSTEM_TOPIC : Counter.REFUSED_WRITE);
            return false;
        }
        return true;
    }

    private ClientTerms terms(MqttConnectVariableHeader header, boolean bridge) {
        MqttProperties properties = header.properties();
        boolean mqtt5 = header.version() >= 5;
        Long expiry = PacketProperties.sessionExpiry(properties);
        long expirySeconds =
                mqtt5 ? (expiry == null ? 0 : expiry) : (header.isCleanSession() ? 0 : StoredSession.NEVER_EXPIRES);
        return new ClientTerms(
                header.version(),
                bridge,
                keepAliveSeconds(header),
                mqtt5 ? PacketProperties.receiveMaximum(properties) : 65_535,
                PacketProperties.maximumPacketSize(properties),
                expirySeconds,
                PacketProperties.topicAliasMaximum(properties),
                mqtt5 && PacketProperties.requestsProblemInformation(properties));
    }

    private int keepAliveSeconds(MqttConnectVariableHeader header) { // [MQTT-3.2.2-22]
        int requested = header.keepAliveTimeSeconds();
        int most = shared.limits().keepAliveSecondsMax();
        boolean serverDecides = header.version() >= 5 && most > 0 && (requested == 0 || requested > most);
        return serverDecides ? most : requested;
    }

    private @Nullable Will checkedWill(@Nullable Will asked) {
        if (asked != null) {
            String flaw = TopicName.flaw(asked.topic(), shared.limits().topicLevelsMax());
            if (flaw != null) {
                throw new MqttViolation(ReasonCode.TOPIC_NAME_INVALID, "will: " + flaw);
            }
        }
        return asked;
    }

    private void nameClient(String asked) {
        // [MQTT-3.1.3-5], [MQTT-3.1.3-8], [MQTT-3.1.3-5 of 3.1.1], [MQTT-3.1.3-9 of 3.1.1]
        if (asked.length() > shared.limits().clientIdCharsMax()) {
            throw new MqttViolation(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "client id of " + asked.length() + " characters; the most allowed is "
                            + shared.limits().clientIdCharsMax());
        }
        if (!asked.isEmpty()) {
            clientId = asked;
            return;
        }
        if (!connection.terms().isMqtt5() && !cleanStart) {
            // [MQTT-3.1.3-8 of 3.1.1]
            throw new MqttViolation(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "no client id and no clean session");
        }
        clientIdAssigned = true; // [MQTT-3.1.3-6], [MQTT-3.1.3-7], [MQTT-3.1.3-6 of 3.1.1]
        do { // a name whose home is here spares the connection the move
            clientId = "auto-" + UUID.randomUUID(); // [MQTT-3.2.2-16]
        } while (shared.lanes().homeOf(clientId) != connection.lane());
        connection.caller().hasClientId(clientId);
    }

    /** The connection moves to the lane where its session lives, so that take-over is two events on one lane. */
    private void goHome() {
        NettyLane home = (NettyLane) shared.lanes().homeOf(clientId);
        if (home == connection.lane()) {
            claim();
            return;
        }
        // As a task of its own: a channel cannot leave its loop in the middle of a read.
        connection.lane().execute(() -> connection.channel().deregister().addListener(left -> {
            connection.moveTo(home);
            home.loop().register(connection.channel()).addListener(arrived -> {
                if (arrived.isSuccess()) {
                    home.execute(this::claim);
                } else {
                    connection.channel().close();
                }
            });
        }));
    }

    private void claim() {
        if (connection.phase() != Phase.CONNECTING || !connection.channel().isActive()) {
            return; // the client has gone in the meantime
        }
        if (access == null || !access.isCurrent()) {
            connection.refuse(ReasonCode.NOT_AUTHORIZED, "the user's password was changed");
            return;
        }
        ClientTerms terms = connection.terms();
        SessionRegistry registry = shared.registries().get(connection.lane().index());
        Claim claim = new Claim(clientId, cleanStart, terms.expirySeconds(), will, access, connection);
        if (registry.isHeldByAnother(claim, shared.waysIn())) {
            // [MQTT-3.1.4-2]; the log says who asked, and nobody is told whose it is
            shared.counters().add(Counter.REFUSED_ANOTHERS_ID);
            connection.refuse(ReasonCode.NOT_AUTHORIZED, "the client id is another user's");
            return;
        }
        if (!registry.hasRoomFor(claim)) {
            // [MQTT-3.1.4-2], [MQTT-3.2.2-8]
            shared.counters().add(Counter.REFUSED_SESSIONS_FULL);
            connection.refuse(ReasonCode.QUOTA_EXCEEDED, "no room for another session or will");
            return;
        }
        StoreTrouble trouble = connection.gate().trouble();
        if (trouble != null && registry.mustWaitForDisk(claim)) {
            shared.counters().add(Counter.REFUSED_STORE_FAILED);
            connection.refuse(ReasonCode.SERVER_UNAVAILABLE, trouble.words());
            return;
        }
        if (registry.isRefusedByBacklog(claim)) {
            connection.refuse(ReasonCode.QUOTA_EXCEEDED, "too much waits for the disk; try again later");
            return;
        }
        Claimed claimed = registry.claim(claim);
        connection.claimed(claimed.session(), !claimed.sessionPresent());
        connection.diskWait().answerAfter(claimed.position(), () -> accept(claimed.sessionPresent()));
    }

    private void accept(boolean sessionPresent) {
        // [MQTT-3.1.4-5], [MQTT-3.2.0-1], [MQTT-3.2.0-2], [MQTT-3.1.4-4 of 3.1.1], [MQTT-3.2.0-1 of 3.1.1]
        if (!connection.send(connAck(sessionPresent))) {
            connection.refuse(
                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "no CONNACK fits into the client's Maximum Packet Size");
            return;
        }
        announce(sessionPresent);
        connection.open();
        watchKeepAlive.accept(connection.terms().keepAliveSeconds());
    }

    /** Its end is told as "disconnected" or "closing". */
    private void announce(boolean sessionPresent) {
        LOG.info(
                "connected {} version={} clean_start={} session={} keep_alive={}",
                connection.caller(),
                connection.terms().versionName(),
                cleanStart,
                sessionPresent ? "resumed" : "new",
                connection.terms().keepAliveSeconds());
    }

    private MqttConnAckMessage connAck(boolean sessionPresent) {
        MqttProperties properties = connection.terms().isMqtt5() ? connAckProperties() : MqttProperties.NO_PROPERTIES;
        return new MqttConnAckMessage(
                new MqttFixedHeader(MqttMessageType.CONNACK, false, MqttQoS.AT_MOST_ONCE, false, 0),
                // [MQTT-3.2.2-2], [MQTT-3.2.2-3], [MQTT-3.2.2-1 of 3.1.1], [MQTT-3.2.2-2 of 3.1.1],
                // [MQTT-3.2.2-3 of 3.1.1]
                new MqttConnAckVariableHeader(MqttConnectReturnCode.CONNECTION_ACCEPTED, sessionPresent, properties));
    }

    private MqttProperties connAckProperties() {
        MqttProperties properties = new MqttProperties();
        add(properties, MqttProperties.RECEIVE_MAXIMUM, shared.limits().receiveMaximum());
        add(properties, MqttProperties.MAXIMUM_PACKET_SIZE, shared.limits().packetBytesMax());
        add(properties, MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 1);
        if (shared.limits().topicAliasMax() > 0) {
            add(properties, MqttProperties.TOPIC_ALIAS_MAXIMUM, shared.limits().topicAliasMax());
        }
        String responseInformation = shared.limits().responseInformation();
        if (wantsResponseInformation && !responseInformation.isEmpty()) { // [MQTT-3.1.2-28]
            properties.add(new MqttProperties.StringProperty(MqttProperties.RESPONSE_INFORMATION, responseInformation));
        }
        if (clientIdAssigned) {
            properties.add(new MqttProperties.StringProperty(MqttProperties.ASSIGNED_CLIENT_IDENTIFIER, clientId));
        }
        if (connection.terms().keepAliveSeconds() != requestedKeepAlive) {
            add(properties, MqttProperties.SERVER_KEEP_ALIVE, connection.terms().keepAliveSeconds());
        }
        if (authentication != null) { // and only then [MQTT-4.12.0-6]
            authentication.addTo(properties, authenticationData);
        }
        return properties;
    }

    private static void add(MqttProperties properties, int id, int value) {
        properties.add(new MqttProperties.IntegerProperty(id, value));
    }
}
