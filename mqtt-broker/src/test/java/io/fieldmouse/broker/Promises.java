package io.fieldmouse.broker;

import io.fieldmouse.broker.wire.Packet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a broker has promised to clients by its acknowledgements, and what became of it: every acknowledged message
 * reaches every session that was subscribed, at QoS 2 once; a retained message is never older than the last acknowledged
 * one of its topic; no message changes on its way. What it did not keep is told by {@link #broken()}.
 *
 * <p>It knows what the clients know, and no more: between a request and its answer a subscription is in doubt, and
 * nothing is promised either way. A filter here is a prefix of topics.
 */
final class Promises {

    private enum Subscription {
        /** Asked for, or ended, and not yet answered. */
        IN_DOUBT,
        FIRM
    }

    private final Map<String, SentMessage> messages = new LinkedHashMap<>();
    private final Map<String, Map<String, Subscription>> subscriptions = new HashMap<>();
    /** By topic, in the order of sending; the first is the absence of any. */
    private final Map<String, List<SentMessage>> retained = new TreeMap<>();

    private final List<String> broken = new ArrayList<>();
    private int life;

    /** Another run of the broker begins: for the words about what was broken. */
    void beginLife() {
        life++;
    }

    // ---- messages

    /** Before it is sent for the first time. */
    SentMessage sending(String publisher, String topic, int qos, int length) {
        String name = publisher + "-" + messages.size();
        return add(new SentMessage(name, topic, qos, SentMessage.payload(name, length), false));
    }

    /** One that may be sent whenever its client is lost. */
    SentMessage will(String client, String topic, int qos) {
        String name = client + "-" + messages.size();
        return add(new SentMessage(name, topic, qos, SentMessage.payload(name, 0), true));
    }

    /** One that is retained. With a length of 0 it clears what is retained. */
    SentMessage sendingRetained(String publisher, String topic, int qos, int length) {
        String name = publisher + "-" + messages.size();
        SentMessage message =
                add(new SentMessage(name, topic, qos, length == 0 ? "" : SentMessage.payload(name, length), false));
        retained.computeIfAbsent(topic, t -> new ArrayList<>(List.of(new SentMessage("nothing", t, 0, "", false))))
                .add(message);
        return message;
    }

    private SentMessage add(SentMessage message) {
        messages.put(message.name, message);
        message.sentInLife = life;
        subscriptions.forEach((client, filters) -> filters.forEach((filter, subscription) -> {
            if (message.topic.startsWith(filter)) {
                message.allowedTo.add(client);
                // Nobody can tell by whom an empty payload was sent.
                if (subscription == Subscription.FIRM && !message.payload.isEmpty()) {
                    message.owedTo.add(client);
                }
            }
        }));
        return message;
    }

    /** PUBACK or PUBREC came for it, or whatever else promises it. */
    void acknowledged(SentMessage message) {
        if (!message.acknowledged) {
            message.acknowledged = true;
            message.acknowledgedInLife = life;
        }
    }

    void received(String client, Packet publish) {
        String payload = publish.payloadText();
        if (payload.isEmpty()) {
            return;
        }
        SentMessage message = messages.get(SentMessage.nameIn(payload));
        if (message == null || !message.payload.equals(payload) || !message.topic.equals(publish.topic())) {
            broken("wrong message: " + client + " received under " + publish.topic() + " what nobody sent there: "
                    + payload.substring(0, Math.min(100, payload.length())));
        } else if (!publish.retain()) { // which is a copy of what is retained
            boolean again = message.deliveredTo(client) > 1;
            if (again && publish.qos() == 2) {
                broken("duplicate: " + client + " received a second time " + message);
            }
            if (!message.allowedTo.contains(client)) {
                broken("unsubscribed: " + client + " has no subscription and received " + message);
            }
        }
    }

    // ---- subscriptions

    void subscribing(String client, String filter) {
        of(client).putIfAbsent(filter, Subscription.IN_DOUBT);
        for (SentMessage message : messages.values()) {
            if (message.mayStillBePassedOn() && message.topic.startsWith(filter)) {
                message.allowedTo.add(client);
            }
        }
    }

    void subscribed(String client, String filter) {
        of(client).put(filter, Subscription.FIRM);
    }

    void unsubscribing(String client, String filter) {
        doubt(client, filter);
    }

    void unsubscribed(String client, String filter) {
        of(client).remove(filter);
    }

    boolean isSubscribed(String client, String filter) {
        return of(client).get(filter) == Subscription.FIRM;
    }

    boolean isInDoubt(String client, String filter) {
        return of(client).get(filter) == Subscription.IN_DOUBT;
    }

    /** Its session may be at its end from now on. */
    void sessionInDoubt(String client) {
        List.copyOf(of(client).keySet()).forEach(filter -> doubt(client, filter));
    }

    /** Its session is gone, and should be. */
    void sessionEnded(String client) {
        sessionInDoubt(client);
        of(client).clear();
    }

    /** Its session is gone, and should not: with all that is owed to it. */
    void sessionLost(String client) {
        broken("lost: the session of " + client);
        of(client).clear();
    }

    private void doubt(String client, String filter) {
        of(client).put(filter, Subscription.IN_DOUBT);
        for (SentMessage message : messages.values()) {
            if (message.topic.startsWith(filter)) {
                message.owedTo.remove(client);
            }
        }
    }

    private Map<String, Subscription> of(String client) {
        return subscriptions.computeIfAbsent(client, id -> new LinkedHashMap<>());
    }

    // ---- what was kept

    /** Compares what is retained, by topic, with what may be. */
    void checkRetained(Map<String, String> found) {
        retained.forEach((topic, sent) -> {
            String payload = found.getOrDefault(topic, "");
            int last = lastAcknowledged(sent);
            if (sent.subList(last, sent.size()).stream().noneMatch(message -> message.payload.equals(payload))) {
                broken("wrong retained message: under " + topic + " is " + wordsFor(payload) + ", acknowledged was "
                        + sent.get(last) + ", sent was " + sent.get(sent.size() - 1));
            }
        });
        found.keySet().stream()
                .filter(topic -> !retained.containsKey(topic))
                .forEach(topic -> broken("wrong retained message: nobody sent one to " + topic));
    }

    private static String wordsFor(String payload) {
        return payload.isEmpty() ? "nothing" : SentMessage.nameIn(payload);
    }

    private static int lastAcknowledged(List<SentMessage> sent) {
        int last = sent.size() - 1;
        while (last > 0 && !sent.get(last).acknowledged) {
            last--;
        }
        return last;
    }

    /** When everything has come to rest. */
    void checkDelivered() {
        for (SentMessage message : messages.values()) {
            for (String client : message.owedTo) {
                if (message.acknowledged && !message.hasReached(client)) {
                    broken("lost: " + client + " never received " + message);
                }
            }
        }
    }

    void broken(String what) {
        broken.add("life " + life + ": " + what);
    }

    List<String> broken() {
        return List.copyOf(broken);
    }

    /** How many messages there are. */
    int sent() {
        return messages.size();
    }

    /** Whether one is acknowledged of those that were sent after so many others. */
    boolean isAnyAcknowledgedSince(int earlier) {
        return messages.values().stream().skip(earlier).anyMatch(message -> message.acknowledged);
    }

    long acknowledged() {
        return messages.values().stream()
                .filter(message -> message.acknowledged)
                .count();
    }
}
