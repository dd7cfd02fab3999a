package io.fieldmouse.gateway.publish;

/**
 * The gateway's way to a broker: inside the same process, or over MQTT. It connects and reconnects by itself and
 * never blocks its caller.
 */
public interface BrokerLink extends AutoCloseable {

    /**
     * Starts connecting, and goes on trying until closed. To be called once.
     *
     * @param will what the broker publishes when the link is lost; an embedded link publishes it when it is closed
     * @param listener told of connections and messages, on a thread of the link's; must return at once
     */
    void open(LinkMessage will, Listener listener);

    /**
     * Hands a message over. Messages arrive at the broker in this order; one that was taken and does not arrive is told
     * as {@link Listener#lost}.
     *
     * @return false when it was not taken, because the link is down or its bound is reached; it is the caller's to
     *     keep it or to count it as dropped
     */
    boolean publish(LinkMessage message);

    /**
     * Asks for messages under this topic filter, QoS 1 and with the retain flag as it was published, now and after each
     * reconnect. The session ends with the connection, so that nothing old is delivered later.
     */
    void subscribe(String topicFilter);

    /** Ends the link: what was taken is sent first, for at most a second. */
    @Override
    void close();

    /** What a link tells its owner. */
    interface Listener {
        /** Messages are taken from now on. What was published before may be lost: state has to be published again. */
        void connected();

        /** Messages are no longer taken. The reason in words, for the log. */
        void disconnected(String reason);

        void received(LinkMessage message);

        /**
         * A message that was taken did not arrive, as far as is known: the broker refused it, or the connection ended
         * before it was acknowledged. May be told on the thread that publishes. A link that hands over for good has
         * nothing to tell.
         */
        default void lost(LinkMessage message) {}
    }
}
