package io.fieldmouse.gateway.publish;

import io.fieldmouse.gateway.reading.TopicTemplate;
import io.fieldmouse.gateway.reading.TopicTemplate.PointName;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the answer to a command goes, and what has to be on it. */
final class ReturnAddress {
    private static final int TOPIC_LENGTH_MAX = 512;

    private final String topic;
    private final byte @Nullable [] correlationData;
    private final @Nullable String id;

    private ReturnAddress(String topic, byte @Nullable [] correlationData, @Nullable String id) {
        this.topic = topic;
        this.correlationData = correlationData;
        this.id = id;
    }

    /** The Response Topic of the command if it has one that may be used, else the point's own topic for results. */
    static ReturnAddress of(LinkMessage command, TopicTemplate topics, PointName name, @Nullable String id) {
        String wanted = command.responseTopic();
        String topic = wanted != null && fault(command, topics, name).isEmpty() ? wanted : topics.result(name);
        return new ReturnAddress(topic, command.correlationData(), id);
    }

    /**
     * Why the command's Response Topic cannot be used. The gateway publishes there with its own rights: topics that are
     * its own are refused, so that nobody has it write answers over its readings.
     */
    static Optional<String> fault(LinkMessage command, TopicTemplate topics, PointName name) {
        String wanted = command.responseTopic();
        if (wanted == null || wanted.equals(topics.result(name))) {
            return Optional.empty();
        }
        if (wanted.isEmpty()
                || wanted.length() > TOPIC_LENGTH_MAX
                || wanted.startsWith("$")
                || wanted.chars().anyMatch(character -> character == '+' || character == '#' || character == 0)) {
            return Optional.of("the response topic is not a topic to publish to");
        }
        return topics.isBelowRoot(wanted)
                ? Optional.of("the response topic is below " + topics.root() + ", choose one elsewhere")
                : Optional.empty();
    }

    boolean sameAs(ReturnAddress other) {
        return topic.equals(other.topic) && Arrays.equals(correlationData, other.correlationData);
    }

    /** An answer is an event, not a state: it is not retained. */
    LinkMessage message(byte[] answer, int qos) {
        return new LinkMessage(topic, answer, qos, false, null, correlationData, List.of());
    }

    @Nullable
    String id() {
        return id;
    }
}
