package io.fieldmouse.broker.admin;

import io.fieldmouse.broker.lane.Traffic.Flow;

/** What is told as a moving average, under the names mosquitto gives it. */
enum Load {
    MESSAGES_RECEIVED("messages/received"),
    MESSAGES_SENT("messages/sent"),
    PUBLISH_RECEIVED("publish/received"),
    PUBLISH_SENT("publish/sent"),
    PUBLISH_DROPPED("publish/dropped"),
    BYTES_RECEIVED("bytes/received"),
    BYTES_SENT("bytes/sent"),
    SOCKETS("sockets"),
    CONNECTIONS("connections");

    private final String topic;

    Load(String topic) {
        this.topic = topic;
    }

    /** Below {@code $SYS/broker/load/}. */
    String topic() {
        return topic;
    }

    /** Since the start. */
    long total(Figures figures) {
        return switch (this) {
            case MESSAGES_RECEIVED -> figures.flow(Flow.PACKETS_RECEIVED);
            case MESSAGES_SENT -> figures.flow(Flow.PACKETS_SENT);
            case PUBLISH_RECEIVED -> figures.flow(Flow.PUBLISHES_RECEIVED);
            case PUBLISH_SENT -> figures.flow(Flow.PUBLISHES_SENT);
            case PUBLISH_DROPPED -> figures.dropped();
            case BYTES_RECEIVED -> figures.flow(Flow.BYTES_RECEIVED);
            case BYTES_SENT -> figures.flow(Flow.BYTES_SENT);
            case SOCKETS -> figures.flow(Flow.SOCKETS_OPENED);
            case CONNECTIONS -> figures.flow(Flow.CONNECTS_RECEIVED);
        };
    }
}
