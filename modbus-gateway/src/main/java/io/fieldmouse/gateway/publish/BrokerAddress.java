package io.fieldmouse.gateway.publish;

import org.jspecify.annotations.Nullable;

/**
 * Where a broker listens and as whom to connect. Its text never shows the password.
 *
 * @param host a name or an IP address
 * @param port 1 to 65535; 1883 by convention
 * @param userName null to connect without
 * @param password null to connect without
 */
@SuppressWarnings("ArrayRecordComponent")
public record BrokerAddress(String host, int port, @Nullable String userName, byte @Nullable [] password) {

    /** The port registered for MQTT without TLS. */
    public static final int DEFAULT_PORT = 1883;

    // Spelt out because the compiler loses the null mark of an array in a compact constructor.
    public BrokerAddress(String host, int port, @Nullable String userName, byte @Nullable [] password) {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the broker's host is empty");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("the broker's port is " + port + ", allowed are 1 to 65535");
        }
        this.host = host;
        this.port = port;
        this.userName = userName;
        this.password = password;
    }

    /** An address without credentials. */
    public static BrokerAddress of(String host, int port) {
        return new BrokerAddress(host, port, null, null);
    }

    @Override
    public String toString() {
        return (userName == null ? "" : userName + "@") + host + ":" + port;
    }
}
