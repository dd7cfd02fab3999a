package io.fieldmouse.gateway.publish;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to connect.
 *
 * @param version the protocol version to ask for
 * @param clientId may be empty with a clean start: the broker then makes one up
 * @param cleanStart end a session that the broker may hold for this client id
 * @param sessionExpirySeconds how long the broker keeps the session after the connection, 0 to 4,294,967,295 (for
 *     ever); before MQTT 5 a session without clean start is kept for ever
 * @param keepAliveSeconds after this long without traffic the broker is asked for a sign of life; 0 to 65,535, 0: never
 * @param connectTimeout bounds the way from the name look-up to the CONNACK
 * @param will what the broker publishes when this connection is lost
 * @param packetBytesMax larger packets from the broker end the connection, 128 to 268,435,460
 */
public record MqttOptions(
        ProtocolVersion version,
        String clientId,
        boolean cleanStart,
        long sessionExpirySeconds,
        int keepAliveSeconds,
        Duration connectTimeout,
        @Nullable ApplicationMessage will,
        int packetBytesMax) {

    /** The largest packet MQTT knows: a fixed header of five bytes and a Remaining Length of four times seven bits. */
    public static final int LARGEST_PACKET_BYTES = 268_435_455 + 5;

    public MqttOptions {
        ApplicationMessage.checkText("client id", clientId);
        if (sessionExpirySeconds < 0 || sessionExpirySeconds > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException(
                    "session expiry is " + sessionExpirySeconds + " s, allowed are 0 to 4294967295");
        }
        if (keepAliveSeconds < 0 || keepAliveSeconds > 65_535) {
            throw new IllegalArgumentException("keep-alive is " + keepAliveSeconds + " s, allowed are 0 to 65535");
        }
        if (packetBytesMax < 128 || packetBytesMax > LARGEST_PACKET_BYTES) {
            throw new IllegalArgumentException(
                    "largest packet is " + packetBytesMax + " bytes, allowed are 128 to " + LARGEST_PACKET_BYTES);
        }
        if (clientId.isEmpty() && !cleanStart) {
            throw new IllegalArgumentException("a session that outlives its connection needs a client id");
        }
    }

    /** A clean session that ends with its connection, keep-alive 30 s, 10 s to connect, packets up to 1 MiB. */
    public static MqttOptions clean(ProtocolVersion version, String clientId) {
        return new MqttOptions(version, clientId, true, 0, 30, Duration.ofSeconds(10), null, 1 << 20);
    }

    MqttOptions withVersion(ProtocolVersion newVersion) {
        return new MqttOptions(
                newVersion,
                clientId,
                cleanStart,
                sessionExpirySeconds,
                keepAliveSeconds,
                connectTimeout,
                will,
                packetBytesMax);
    }

    public MqttOptions withSession(boolean newCleanStart, long newSessionExpirySeconds) {
        return new MqttOptions(
                version,
                clientId,
                newCleanStart,
                newSessionExpirySeconds,
                keepAliveSeconds,
                connectTimeout,
                will,
                packetBytesMax);
    }

    public MqttOptions withKeepAlive(int newKeepAliveSeconds) {
        return new MqttOptions(
                version,
                clientId,
                cleanStart,
                sessionExpirySeconds,
                newKeepAliveSeconds,
                connectTimeout,
                will,
                packetBytesMax);
    }

    public MqttOptions withConnectTimeout(Duration newConnectTimeout) {
        return new MqttOptions(
                version,
                clientId,
                cleanStart,
                sessionExpirySeconds,
                keepAliveSeconds,
                newConnectTimeout,
                will,
                packetBytesMax);
    }

    public MqttOptions withWill(@Nullable ApplicationMessage newWill) {
        return new MqttOptions(
                version,
                clientId,
                cleanStart,
                sessionExpirySeconds,
                keepAliveSeconds,
                connectTimeout,
                newWill,
                packetBytesMax);
    }

    public MqttOptions withPacketBytesMax(int newPacketBytesMax) {
        return new MqttOptions(
                version,
                clientId,
                cleanStart,
                sessionExpirySeconds,
                keepAliveSeconds,
                connectTimeout,
                will,
                newPacketBytesMax);
    }
}
