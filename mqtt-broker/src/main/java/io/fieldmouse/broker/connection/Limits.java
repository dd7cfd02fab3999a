package io.fieldmouse.broker.connection;

import java.time.Duration;

/**
 * Bounds of a connection.
 *
 * @param packetBytesMax largest packet taken from a client
 * @param connectBytesMax largest packet taken before CONNECT is accepted, at most packetBytesMax
 * @param receiveMaximum QoS 1 and 2 messages a client may send before one is acknowledged, 1 to 65535
 * @param inflightMax QoS 1 and 2 messages sent to a client before it acknowledges one, 1 to 65535
 * @param outboundBytesMax unsent bytes of one connection beyond which it is closed
 * @param clientIdCharsMax longest client id
 * @param topicLevelsMax most levels in a topic name or filter
 * @param subscriptionsMax most subscriptions of a session
 * @param requestsWaitingMax SUBSCRIBEs and other requests of a client whose answers wait for the disk
 * @param connectionsMax connections at one time
 * @param messagesPerSecondMax messages of one connection in a second; 0 for any
 * @param storeBacklogBytesMax bytes that wait for the disk beyond which publishers are not read from
 * @param connectTimeout from the first byte of a connection to its CONNECT, and to the end of the AUTH packets that follow it
 * @param keepAliveSecondsMax longest keep alive; longer ones and none are answered with Server Keep Alive; 0 for any
 * @param topicAliasMax topic aliases of a connection, each way; 0 for none
 * @param responseInformation what a client that asks is told to make its response topics of; empty for nothing
 */
public record Limits(
        int packetBytesMax,
        int connectBytesMax,
        int receiveMaximum,
        int inflightMax,
        long outboundBytesMax,
        int clientIdCharsMax,
        int topicLevelsMax,
        int subscriptionsMax,
        int requestsWaitingMax,
        int connectionsMax,
        int messagesPerSecondMax,
        long storeBacklogBytesMax,
        Duration connectTimeout,
        int keepAliveSecondsMax,
        int topicAliasMax,
        String responseInformation) {}
