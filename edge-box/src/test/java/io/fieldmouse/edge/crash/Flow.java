package io.fieldmouse.edge.crash;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The messages of one topic: numbered from 1, sent by one client at one QoS. So whoever subscribes receives them in
 * order [MQTT-4.6.0-6], and one number says how far anybody is.
 *
 * <p>Written by its publisher's thread, asked by those of receivers.
 */
final class Flow {
    /** So many of the newest messages are remembered with their times. */
    private static final int STORIES = 8_192;

    private final String topic;
    private final int qos;
    private final boolean retained;
    private final int index;

    private final Set<Integer> refused = new HashSet<>();
    private final TreeSet<Integer> clearing = new TreeSet<>();
    private final Story[] stories = new Story[STORIES];
    private int sent;
    private int answered;
    private int acknowledged;

    private static final class Story {
        final int number;
        final StringBuilder text = new StringBuilder();
        int timesSent;

        Story(int number) {
            this.number = number;
        }
    }

    /** @param index its place among all flows */
    Flow(String topic, int qos, boolean retained, int index) {
        this.topic = topic;
        this.qos = qos;
        this.retained = retained;
        this.index = index;
    }

    String topic() {
        return topic;
    }

    int qos() {
        return qos;
    }

    boolean isRetained() {
        return retained;
    }

    int index() {
        return index;
    }

    // ---- its publisher

    /**
     * A new message is about to be sent.
     *
     * @param clears whether it is empty, and so ends what is retained
     */
    synchronized int next(boolean clears) {
        sent++;
        if (clears) {
            clearing.add(sent);
        }
        stories[sent % STORIES] = new Story(sent);
        return sent;
    }

    /** The message leaves, the first time or again. */
    synchronized void sending(int number, String what) {
        Story story = stories[number % STORIES];
        if (story != null && story.number == number) {
            story.timesSent++;
        }
        tell(number, what);
    }

    /** A line of the message's story. */
    synchronized void tell(int number, String what) {
        Story story = stories[number % STORIES];
        if (story != null && story.number == number) {
            story.text.append("\n    ").append(what);
        }
    }

    /**
     * The broker has taken the message over: PUBACK, or the first PUBREC.
     *
     * @return false when an earlier one is not answered yet, which would be against [MQTT-4.6.0-2] and [MQTT-4.6.0-3]
     */
    synchronized boolean acknowledged(int number) {
        boolean inOrder = number == answered + 1;
        answered = number;
        acknowledged = number;
        clearing.headSet(number).clear();
        return inOrder;
    }

    /** The broker has not taken it, or an earlier copy of it only. */
    synchronized void refused(int number) {
        refused.add(number);
        answered = number;
    }

    // ---- everybody else

    synchronized int sent() {
        return sent;
    }

    synchronized int acknowledged() {
        return acknowledged;
    }

    /** Whether its publisher is known to have sent it one time only. */
    synchronized boolean wasSentOnce(int number) {
        Story story = stories[number % STORIES];
        return story != null && story.number == number && story.timesSent == 1;
    }

    /** Whether all messages between these two, both excluded, were refused. */
    synchronized boolean onlyRefusedBetween(int from, int to) {
        for (int number = from + 1; number < to; number++) {
            if (!refused.contains(number)) {
                return false;
            }
        }
        return true;
    }

    /** Whether this message may be what is retained now: none older than what was acknowledged. */
    synchronized boolean mayBeRetained(int number, int leastAcknowledged) {
        return number >= leastAcknowledged && number <= sent && !clearing.contains(number);
    }

    /** Whether nothing may be retained now. */
    synchronized boolean mayHaveNone() {
        return acknowledged == 0 || clearing.ceiling(acknowledged) != null;
    }

    /** What is known of one message. */
    synchronized String story(int number) {
        Story story = stories[number % STORIES];
        String text = (story == null || story.number != number) ? "\n    (too long ago)" : story.text.toString();
        return "  " + topic + " " + number + ", QoS " + qos + (refused.contains(number) ? ", refused" : "") + ":"
                + text;
    }

    @Override
    public synchronized String toString() {
        return topic + " sent=" + sent + " acknowledged=" + acknowledged;
    }
}
