package io.fieldmouse.broker.connection;

/**
 * What a client laid down in its CONNECT for this connection.
 *
 * @param level protocol level: 3, 4 or 5 for MQTT 3.1, 3.1.1 and 5.0
 * @param bridge whether it is another broker, which said so with the bridge bit: its subscriptions bring neither what it
 *     published itself nor a RETAIN flag other than the publisher's
 * @param keepAliveSeconds 0 for none; already the server's, where that is shorter
 * @param receiveMaximum QoS 1 and 2 messages sent to it before it acknowledges one, 1 to 65535
 * @param packetBytesMax largest packet it takes
 * @param expirySeconds its session's expiry interval
 * @param topicAliasMax topic aliases that it takes; 0 for none
 * @param wantsProblems whether it wants to read why something went wrong where a reason code is all that must be said
 */
record ClientTerms(
        int level,
        boolean bridge,
        int keepAliveSeconds,
        int receiveMaximum,
        int packetBytesMax,
        long expirySeconds,
        int topicAliasMax,
        boolean wantsProblems) {

    /** Of a client of which no more is understood than its protocol level; 0 when not even that is. */
    static ClientTerms unknown(int level) {
        return new ClientTerms(level, false, 0, 1, Integer.MAX_VALUE, 0, 0, false);
    }

    /** As people name the version. */
    String versionName() {
        return switch (level) {
            case 3 -> "3.1";
            case 4 -> "3.1.1";
            default -> "5.0";
        };
    }

    boolean isMqtt5() {
        return level >= 5;
    }
}
