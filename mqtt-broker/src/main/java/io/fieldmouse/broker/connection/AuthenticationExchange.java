package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.access.AuthenticationMethod;
import io.fieldmouse.broker.access.AuthenticationMethod.Accepted;
import io.fieldmouse.broker.access.AuthenticationMethod.Continue;
import io.fieldmouse.broker.access.AuthenticationMethod.Exchange;
import io.fieldmouse.broker.access.AuthenticationMethod.Refused;
import io.fieldmouse.broker.access.AuthenticationMethod.Step;
import io.fieldmouse.broker.connection.Connection.Phase;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.ReasonCode;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The AUTH packets of one connection whose CONNECT named an authentication method (MQTT 5 section 4.12). Between CONNECT
 * and CONNACK they prove who the client is; later it may prove that again, while its messages flow on.
 *
 * <p>Its surprise: it does not end with the first proof. It stays with the connection, because only the same user may
 * prove itself again.
 */
final class AuthenticationExchange {
    /** Methods need two or three; one that would go on for ever is ended. */
    private static final int ROUNDS_MAX = 10;

    private static final String FAILED = "authentication failed";

    /** Says a client only. */
    private static final int RE_AUTHENTICATE = 0x19;

    private final Connection connection;
    private final AuthenticationMethod method;
    private final Counters counters;
    private @Nullable Consumer<Accepted> whenConnected;
    private @Nullable Exchange running;
    private int rounds;
    private String userName = "";

    /** @param whenConnected is told once, by the exchange that CONNECT begins */
    AuthenticationExchange(
            Connection connection, AuthenticationMethod method, Counters counters, Consumer<Accepted> whenConnected) {
        this.connection = connection;
        this.method = method;
        this.counters = counters;
        this.whenConnected = whenConnected;
    }

    /** Whether the client is to send an AUTH packet. */
    boolean isRunning() {
        return running != null;
    }

    /** CONNECT has come, with this Authentication Data. */
    void begin(byte[] clientData) {
        step(method.begin(), clientData);
    }

    /** AUTH has come, before CONNACK or at any time after it. */
    void received(MqttMessage packet) {
        MqttReasonCodeAndPropertiesVariableHeader header =
                (MqttReasonCodeAndPropertiesVariableHeader) packet.variableHeader();
        MqttProperties properties = header.properties();
        String named = PacketProperties.authenticationMethod(properties);
        if (!method.name().equals(named)) { // [MQTT-4.12.0-5], [MQTT-4.12.1-1]
            throw MqttViolation.protocolError("AUTH names "
                    + (named == null ? "no authentication method" : "another authentication method than CONNECT"));
        }
        Exchange exchange = running;
        boolean again = (header.reasonCode() & 0xFF) == RE_AUTHENTICATE;
        if (again && exchange != null) {
            throw MqttViolation.protocolError("AUTH asks to begin again in the middle of an exchange (section 4.12.1)");
        }
        if (!again && exchange == null) { // [MQTT-4.12.0-3]
            throw MqttViolation.protocolError("AUTH continues an exchange that is over (section 4.12)");
        }
        step(exchange == null ? method.begin() : exchange, PacketProperties.authenticationData(properties));
    }

    private void step(Exchange exchange, byte[] clientData) {
        running = exchange;
        Step step = exchange.next(clientData);
        if (step instanceof Continue more) {
            proceed(more);
        } else if (step instanceof Accepted accepted) {
            accept(accepted);
        } else if (step instanceof Refused refused) {
            if (whenConnected != null && refused.userName() != null) {
                connection.caller().hasUserName(refused.userName());
            }
            refuse(refused.why());
        }
    }

    private void proceed(Continue more) {
        rounds++;
        if (rounds > ROUNDS_MAX) {
            refuse("no end after " + ROUNDS_MAX + " rounds");
            return;
        }
        send(ReasonCode.CONTINUE_AUTHENTICATION, more.data()); // [MQTT-4.12.0-2]
    }

    private void accept(Accepted accepted) {
        running = null;
        rounds = 0;
        Consumer<Accepted> first = whenConnected;
        if (first != null) {
            whenConnected = null;
            userName = accepted.userName();
            first.accept(accepted);
        } else if (userName.equals(accepted.userName())) {
            send(ReasonCode.SUCCESS, accepted.data());
        } else {
            // Its session and its subscriptions are the other user's.
            refuse("user \"" + userName + "\" came back as \"" + accepted.userName() + "\"");
        }
    }

    private void refuse(String why) {
        running = null;
        counters.add(Counter.REFUSED_LOGIN);
        String logged = FAILED + ", method " + method.name() + ": " + why;
        // To all who fail the same words: why it failed is no business of somebody who may be guessing.
        if (connection.phase() == Phase.OPEN) {
            connection.close(ReasonCode.NOT_AUTHORIZED, FAILED, logged); // [MQTT-4.12.1-2]
        } else {
            connection.refuse(ReasonCode.NOT_AUTHORIZED, FAILED, logged); // [MQTT-4.12.0-4]
        }
    }

    /**
     * Sends AUTH. Reason String and User Properties, which a small client might have no room for, are never in it
     * [MQTT-3.15.2-2], [MQTT-3.15.2-3].
     *
     * <pre>
     *   0xF0 | length | reason (1) | property length | 0x15 method | [0x16 data]       MQTT 5 section 3.15
     * </pre>
     */
    private void send(ReasonCode reason, byte[] data) {
        int propertiesBytes = propertiesBytes(data);
        int bodyBytes = 1 + PublishEncoder.varIntBytes(propertiesBytes) + propertiesBytes;
        int packetBytes = 1 + PublishEncoder.varIntBytes(bodyBytes) + bodyBytes;
        if (packetBytes > connection.terms().packetBytesMax()) { // [MQTT-3.1.2-24]
            refuse("AUTH of " + packetBytes + " bytes is larger than its Maximum Packet Size");
            return;
        }
        MqttProperties properties = new MqttProperties();
        addTo(properties, data);
        connection.send(new MqttMessage(
                new MqttFixedHeader(MqttMessageType.AUTH, false, MqttQoS.AT_MOST_ONCE, false, 0), // [MQTT-3.15.1-1]
                new MqttReasonCodeAndPropertiesVariableHeader((byte) reason.code(), properties))); // [MQTT-3.15.2-1]
    }

    /** The properties that say how this client was authenticated, for AUTH and CONNACK. */
    void addTo(MqttProperties properties, byte[] data) {
        properties.add(new MqttProperties.StringProperty(
                MqttProperties.AUTHENTICATION_METHOD, method.name())); // [MQTT-4.12.0-5]
        if (data.length > 0) {
            properties.add(new MqttProperties.BinaryProperty(MqttProperties.AUTHENTICATION_DATA, data));
        }
    }

    private int propertiesBytes(byte[] data) {
        return 3 + ByteBufUtil.utf8Bytes(method.name()) + (data.length == 0 ? 0 : 3 + data.length);
    }
}
