package io.fieldmouse.broker.routing;

/** By what a group's members take turns. */
public enum SharedOrder {
    /** One after the other: each gets as many messages, and nothing is said about their order. */
    ROUND_ROBIN,

    /** All messages of a topic go to the same member, as long as it is there: they keep their order. */
    TOPIC_HASH
}
