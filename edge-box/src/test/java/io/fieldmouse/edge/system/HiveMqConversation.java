package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.edge.system.HiveMqPeer.Received;
import io.fieldmouse.edge.system.HiveMqPeer.Wishes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The conversation of {@link ClientLibrariesIT} by HiveMQ's library for Java. */
final class HiveMqConversation {
    private static final long PATIENCE_SECONDS = 30;

    private final int port;
    private final int version;
    private final boolean websocket;
    private final StringBuilder said = new StringBuilder();

    HiveMqConversation(int port, int version, boolean websocket) {
        this.port = port;
        this.version = version;
        this.websocket = websocket;
    }

    /** Returns a line for each step. */
    String run() throws Exception {
        HiveMqPeer subscriber = peer("subscriber", false);
        HiveMqPeer publisher = peer("publisher", false);
        levels(subscriber, publisher);
        retained(subscriber, publisher);
        will(subscriber);
        shared(publisher);
        resumed(publisher);
        subscriber.leave();
        publisher.leave();
        return said.toString();
    }

    private HiveMqPeer peer(String name, boolean staying) throws Exception {
        return HiveMqPeer.connect(version, port, "hive-" + name, new Wishes(staying, null, websocket));
    }

    private static Received next(HiveMqPeer peer) throws InterruptedException {
        return Objects.requireNonNull(peer.inbox.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "nothing came");
    }

    private void levels(HiveMqPeer subscriber, HiveMqPeer publisher) throws Exception {
        for (int qos = 0; qos <= 2; qos++) {
            String topic = "hive/qos/" + qos;
            assertEquals(qos, subscriber.subscribe(topic, qos));
            publisher.publish(topic, "payload", qos, false);
            assertEquals(new Received(topic, "payload", qos, false), next(subscriber));
            said.append("qos ").append(qos).append('\n');
        }
    }

    private void retained(HiveMqPeer subscriber, HiveMqPeer publisher) throws Exception {
        publisher.publish("hive/kept", "last", 1, true);
        subscriber.subscribe("hive/kept", 1);
        assertEquals(new Received("hive/kept", "last", 1, true), next(subscriber));
        publisher.publish("hive/kept", "", 1, true);
        assertEquals(new Received("hive/kept", "", 1, false), next(subscriber));
        said.append("retained\n");
    }

    private void will(HiveMqPeer subscriber) throws Exception {
        subscriber.subscribe("hive/will", 1);
        try (CutWire wire = new CutWire(port)) {
            HiveMqPeer.connect(version, wire.port(), "hive-doomed", new Wishes(false, "hive/will", websocket));
        }
        assertEquals("gone", next(subscriber).payload());
        said.append("will\n");
    }

    private void shared(HiveMqPeer publisher) throws Exception {
        List<HiveMqPeer> members = List.of(peer("member-1", false), peer("member-2", false));
        for (HiveMqPeer member : members) {
            member.subscribe("$share/hive/jobs/#", 1);
        }
        for (int i = 0; i < 10; i++) {
            publisher.publish("jobs/" + i, "job " + i, 1, false);
        }
        List<Integer> shares = new ArrayList<>();
        HashSet<String> jobs = new HashSet<>();
        for (HiveMqPeer member : members) {
            for (int i = 0; i < 5; i++) {
                jobs.add(next(member).payload());
            }
            shares.add(5 + member.inbox.size());
            member.leave();
        }
        assertEquals(10, jobs.size());
        said.append("shared ")
                .append(shares.get(0))
                .append(" and ")
                .append(shares.get(1))
                .append('\n');
    }

    private void resumed(HiveMqPeer publisher) throws Exception {
        HiveMqPeer away = peer("away", true);
        away.subscribe("hive/mail", 2);
        away.leave();
        for (int i = 0; i < 3; i++) {
            publisher.publish("hive/mail", "letter " + i, 2, false);
        }
        HiveMqPeer back = peer("away", true);
        assertTrue(back.sessionPresent());
        for (int i = 0; i < 3; i++) {
            assertEquals(new Received("hive/mail", "letter " + i, 2, false), next(back));
        }
        back.leave();
        peer("away", false).leave();
        said.append("resumed\n");
    }
}
