package io.fieldmouse.broker.session;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.ReasonCode;

/**
 * A session's way to its client: the network connection, or a client in this process. The one place where the lower
 * room calls the upper one. Called on the session's lane.
 */
public interface Outbound {

    /** Whether more can be sent now. When it becomes true again, {@link Session#becameWritable} is called. */
    boolean isWritable();

    /** How many QoS 1 and 2 messages the client takes before it acknowledges one, 1 to 65535. */
    int receiveMaximum();

    /**
     * Sends one message.
     *
     * @param dup whether it may have been sent before
     * @param packetId 1 to 65535; 0 for QoS 0
     * @param afterPosition what must be durable before it leaves; {@link CommitGate#AT_ONCE} for nothing
     * @return false when it exceeds the client's Maximum Packet Size and was not sent [MQTT-3.1.2-24]
     */
    boolean publish(
            Publication publication,
            Qos qos,
            boolean retain,
            boolean dup,
            int packetId,
            int[] subscriptionIds,
            long afterPosition);

    /** Sends PUBREL for this packet id once the position is durable. */
    void release(int packetId, long afterPosition);

    /** Ends this way for the reason, telling the client where its protocol can. Detaches from the session first. */
    void close(ReasonCode reason, String words);
}
