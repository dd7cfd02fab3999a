package io.fieldmouse.broker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A message of a {@link Promises}, and what is known of it. Its payload begins with its name, which no other message
 * has, and goes on with the same name again and again: so that a mix of two shows.
 */
final class SentMessage {
    final String name;
    final String topic;
    final int qos;
    final String payload;

    /** A will is passed on at any time after it was acknowledged. */
    final boolean isWill;

    /** The broker has it: PUBACK or PUBREC came, or whatever else promises it. */
    boolean acknowledged;

    int sentInLife;
    int acknowledgedInLife;

    /** Clients that subscribed before it was sent: they must receive it once it is acknowledged. */
    final Set<String> owedTo = new TreeSet<>();

    /** Clients that may receive it: they had or wanted a subscription at any time before it had surely been passed on. */
    final Set<String> allowedTo = new HashSet<>();

    private final Map<String, Integer> deliveries = new HashMap<>();

    /** @param payload empty for one that clears a retained message */
    SentMessage(String name, String topic, int qos, String payload, boolean isWill) {
        this.isWill = isWill;
        this.name = name;
        this.topic = topic;
        this.qos = qos;
        this.payload = payload;
    }

    boolean mayStillBePassedOn() {
        return isWill || !acknowledged;
    }

    static String payload(String name, int length) {
        return (name + " ").repeat(1 + length / (name.length() + 1));
    }

    /** The name of the message that this is the payload of. */
    static String nameIn(String payload) {
        int end = payload.indexOf(' ');
        return end < 0 ? payload : payload.substring(0, end);
    }

    /** How often the client has it now. */
    int deliveredTo(String client) {
        return deliveries.merge(client, 1, Integer::sum);
    }

    boolean hasReached(String client) {
        return deliveries.containsKey(client);
    }

    @Override
    public String toString() {
        return name + " (topic " + topic + ", QoS " + qos + ", " + payload.length() + " bytes, sent in life "
                + sentInLife + (acknowledged ? ", acknowledged in life " + acknowledgedInLife : ", not acknowledged")
                + ")";
    }
}
