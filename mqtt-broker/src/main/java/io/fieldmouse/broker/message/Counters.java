package io.fieldmouse.broker.message;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.atomic.LongAdder;

/** What the broker counts, from any thread. Whatever is dropped or refused is counted here, by reason. */
public final class Counters {

    /** One count each, since the broker started. */
    public enum Counter {
        CONNECTIONS_ACCEPTED,
        CONNECTIONS_REFUSED,
        /** HTTP requests that do not become a WebSocket for MQTT. */
        REFUSED_HTTP_REQUEST,
        /** Connections that did not come to speak TLS, or showed no certificate that is trusted. */
        REFUSED_TLS_HANDSHAKE,
        VIOLATIONS,
        PUBLISH_RECEIVED,
        /** QoS 0 to a client whose outbound buffer is at its bound. */
        DROPPED_SLOW_READER,
        /** The box's own readings to a session whose queue was full. */
        DROPPED_QUEUE_FULL,
        /** Of a shared subscription with no member left that may have them. */
        DROPPED_NO_MEMBER_LEFT,
        /** What had waited longest in a full queue, where the configuration drops instead of refusing. */
        DROPPED_OLDEST,
        /** QoS 0 to a lane that is behind. */
        DROPPED_LANE_BEHIND,
        /** QoS 1 and 2 refused before they were acknowledged, because a receiver's queue was full. */
        REFUSED_QUEUE_FULL,
        /** What needs the store, refused because too much waits for the disk. */
        REFUSED_BUFFERS_FULL,
        /** Connections whose CONNECT, or the part of it that had come, found no room beside those of others. */
        REFUSED_STRANGERS_FULL,
        /** Messages, filters and CONNECTs refused because the store cannot write, and clients closed that waited for it. */
        REFUSED_STORE_FAILED,
        /** Retained messages refused at their bound. */
        REFUSED_RETAINED_FULL,
        /** Publications of clients below $SYS, and wills. */
        REFUSED_SYSTEM_TOPIC,
        /** Connections beyond the bound on their number. */
        REFUSED_CONNECTIONS_FULL,
        /** Connections that came too fast. */
        REFUSED_CONNECTION_RATE,
        /** CONNECTs for which there was no room for another session or will. */
        REFUSED_SESSIONS_FULL,
        /** Packets larger than may be. */
        REFUSED_PACKET_TOO_LARGE,
        /** Messages beyond Receive Maximum. */
        REFUSED_RECEIVE_MAXIMUM,
        /** Topic names and filters with too many levels. */
        REFUSED_TOPIC_LEVELS,
        /** Pauses of a client that published too fast. */
        SLOWED_MESSAGE_RATE,
        /** Topic filters refused at a bound. */
        REFUSED_SUBSCRIPTION,
        /** Clients with a wrong name or password, or with none where one is needed, by CONNECT or by AUTH. */
        REFUSED_LOGIN,
        /** CONNECTs with the client id of another user's session. */
        REFUSED_ANOTHERS_ID,
        /** CONNECTs that came while too many others waited for their password to be checked. */
        REFUSED_LOGIN_BUSY,
        /** PUBLISHes, and wills, to topics that the client may not write. */
        REFUSED_WRITE,
        /** Subscriptions of which the client may read nothing. */
        REFUSED_READ,
        /** Messages not sent to a subscriber because it may not read their topic. */
        WITHHELD_FROM_READER,
        /** Messages that expired in a queue or as retained message. */
        EXPIRED,
        /** Messages larger than their receiver's Maximum Packet Size. */
        DROPPED_TOO_LARGE_FOR_RECEIVER
    }

    private final Map<Counter, LongAdder> counts = new EnumMap<>(Counter.class);

    public Counters() {
        for (Counter counter : Counter.values()) {
            counts.put(counter, new LongAdder());
        }
    }

    public void add(Counter counter) {
        adder(counter).increment();
    }

    public long get(Counter counter) {
        return adder(counter).sum();
    }

    /** What was dropped or refused, for the log; "nothing" when nothing was. */
    public String droppedInWords() {
        StringJoiner words = new StringJoiner(" ");
        for (Counter counter : Counter.values()) {
            boolean isLoss =
                    counter.name().startsWith("DROPPED") || counter.name().startsWith("REFUSED");
            if (isLoss && get(counter) > 0) {
                words.add(counter.name().toLowerCase(Locale.ROOT) + "=" + get(counter));
            }
        }
        return words.length() == 0 ? "nothing" : words.toString();
    }

    private LongAdder adder(Counter counter) {
        return Objects.requireNonNull(counts.get(counter));
    }
}
