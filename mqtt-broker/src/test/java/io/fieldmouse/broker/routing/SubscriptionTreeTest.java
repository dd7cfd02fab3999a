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
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tree against a list that is searched from end to end. */
class SubscriptionTreeTest {
    /** What the launcher gives each thread (-Xss256k). */
    private static final long LANE_STACK_BYTES = 256 * 1024;

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
        tree.match(
                topic,
                only(subscription -> found.add(subscription.session().clientId() + " " + subscription.filter())));
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
        tree.match("t/x", only(found::add));
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

    @Test
    void deepestTopicsFitTheStackOfALaneTwice() throws InterruptedException {
        // The most that topic_levels_max allows, and as much again for whoever calls.
        int levels = 2 * 300;
        String topic = "a/".repeat(levels - 1) + "a";
        List<String> filters = List.of(
                topic,
                "+/".repeat(levels - 1) + "+",
                "a/+/".repeat(levels / 2 - 1) + "a/#",
                "+/a/".repeat(levels / 2) + "#",
                "b/".repeat(levels - 1) + "b");
        Session session = sessions.session("deep");
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<String> found = new ArrayList<>();
        Runnable use = () -> {
            filters.forEach(filter -> tree.add(subscription(session, filter)));
            tree.match(topic, only(subscription -> found.add(subscription.filter())));
            filters.forEach(filter -> tree.remove(session, filter));
        };
        Thread lane = new Thread(null, use, "lane", LANE_STACK_BYTES);
        lane.setUncaughtExceptionHandler((thread, cause) -> failure.set(cause));
        lane.start();
        lane.join();
        assertEquals(null, failure.get());
        assertEquals(Set.copyOf(filters.subList(0, 4)), Set.copyOf(found));
        assertEquals(List.of(), found(topic));
    }

    private List<String> clientsUpTo(long number) {
        List<String> found = new ArrayList<>();
        tree.match(
                "t",
                number,
                only(subscription -> found.add(subscription.session().clientId())));
        return found;
    }

    private static SubscriptionTree.Found only(Consumer<Subscription> subscriptions) {
        return new SubscriptionTree.Found() {
            @Override
            public void subscription(Subscription subscription) {
                subscriptions.accept(subscription);
            }

            @Override
            public void group(SharedGroup group) {
                throw new AssertionError("a group where there is none");
            }
        };
    }
}
