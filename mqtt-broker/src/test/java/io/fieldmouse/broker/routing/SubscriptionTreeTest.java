package io.fieldmouse.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.RandomTopics;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.Subscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tree against a list that is searched from end to end. */
class SubscriptionTreeTest {
    private final SessionsForTest sessions = new SessionsForTest();
    private final SubscriptionTree tree = new SubscriptionTree();

    @AfterEach
    void close() {
        sessions.close();
    }

    private static Subscription subscription(Session session, String filter) {
        return new Subscription(session, filter, Qos.AT_MOST_ONCE, false, false, 0, Subscription.ids(0));
    }

    private List<String> found(String topic) {
        List<String> found = new ArrayList<>();
        tree.match(topic, subscription -> found.add(subscription.session().clientId() + " " + subscription.filter()));
        return found;
    }

    /** For a tree that nobody changes meanwhile: one that goes and comes back during a match may be seen twice. */
    private Set<String> matching(String topic) {
        List<String> found = found(topic);
        Set<String> set = new HashSet<>(found);
        assertEquals(found.size(), set.size(), () -> "a subscription came twice: " + found);
        return set;
    }

    @Test
    void findsWhatASearchOfAllFindsWhileFiltersComeAndGo() {
        Random random = new Random(3);
        List<Session> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(sessions.session("s" + i));
        }
        Map<String, Subscription> expected = new HashMap<>();
        int matches = 0;
        for (int round = 0; round < 10_000; round++) {
            Session session = all.get(random.nextInt(all.size()));
            String filter = RandomTopics.filter(random);
            String key = session.clientId() + " " + filter;
            if (random.nextBoolean()) {
                Subscription subscription = subscription(session, filter);
                tree.add(subscription);
                expected.put(key, subscription);
            } else {
                tree.remove(session, filter);
                expected.remove(key);
            }
            if (round % 25 == 0) {
                String topic = RandomTopics.topic(random);
                Set<String> searched = new HashSet<>();
                expected.forEach((name, subscription) -> {
                    if (RandomTopics.matches(subscription.filter(), topic)) {
                        searched.add(name);
                    }
                });
                matches += searched.size();
                assertEquals(searched, matching(topic), topic);
            }
        }
        assertTrue(matches > 200);
    }

    @Test
    void replacingASubscriptionLeavesOne() {
        Session session = sessions.session("a");
        tree.add(subscription(session, "t/+"));
        Subscription second = new Subscription(session, "t/+", Qos.EXACTLY_ONCE, true, true, 2, Subscription.ids(5));
        tree.add(second);
        List<Subscription> found = new ArrayList<>();
        tree.match("t/x", found::add);
        assertEquals(List.of(second), found);
    }

    @Test
    void subscriptionAddedBeforeAMatchIsFoundWhileOthersChange() throws InterruptedException {
        Session changing = sessions.session("changing");
        Session steady = sessions.session("steady");
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread changer = new Thread(() -> {
            while (!done.get()) {
                for (String filter : new String[] {"a/b", "a/+", "a/#", "+/b", "a/b/c"}) {
                    tree.add(subscription(changing, filter));
                }
                for (String filter : new String[] {"a/b", "a/+", "a/#", "+/b", "a/b/c"}) {
                    tree.remove(changing, filter);
                }
            }
        });
        changer.setUncaughtExceptionHandler((thread, cause) -> failure.set(cause));
        changer.start();
        for (int i = 0; i < 20_000; i++) {
            tree.add(subscription(steady, "a/b"));
            assertTrue(found("a/b").contains("steady a/b"), "round " + i);
            tree.remove(steady, "a/b");
            assertFalse(found("a/b").contains("steady a/b"), "round " + i);
        }
        done.set(true);
        changer.join();
        assertEquals(null, failure.get());
    }

    @Test
    void matchUpToANumberLeavesOutWhatWasAddedLater() {
        Session early = sessions.session("early");
        long number = tree.add(subscription(early, "t"));
        assertEquals(number, tree.lastAddition());
        tree.add(subscription(sessions.session("late"), "#"));
        assertEquals(List.of("early"), clientsUpTo(number));
        assertTrue(tree.add(subscription(early, "t")) > number);
        assertEquals(List.of("early"), clientsUpTo(number), "replaced, it is still the old subscription");
        tree.remove(early, "t");
        tree.add(subscription(early, "t"));
        assertEquals(List.of(), clientsUpTo(number), "made anew, it is a new one");
    }

    private List<String> clientsUpTo(long number) {
        List<String> found = new ArrayList<>();
        tree.match("t", number, subscription -> found.add(subscription.session().clientId()));
        return found;
    }
}
