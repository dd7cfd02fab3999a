package io.fieldmouse.broker.connection;

/**
 * What a client laid down in its CONNECT for this connection.
 *
 * @param level protocol level: 3, 4 or 5 for MQTT 3.1, 3.1.1 and 5.0
 * @param keepAliveSeconds 0 for none; already the server's, where that is shorter
 * @param receiveMaximum QoS 1 and 2 messages sent to it before it acknowledges one, 1 to 65535
 * @param packetBytesMax largest packet it takes
 * @param expirySeconds its session's expiry interval
 */
record ClientTerms(int level, int keepAliveSeconds, int receiveMaximum, int packetBytesMax, long expirySeconds) {
    boolean isMqtt5() {
        return level >= 5;
    }
}
