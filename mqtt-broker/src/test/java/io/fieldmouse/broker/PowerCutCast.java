package io.fieldmouse.broker;

import io.fieldmouse.broker.wire.RawClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a {@link PowerCutRun}, and what each of them does at random: publishers, receivers that are there and
 * receivers that are away, and those whose subscriptions, sessions and wills come and go.
 */
final class PowerCutCast {
    private static final long IDLE_NANOS = 50_000;
    private static final String CHANGING_PREFIX = "q/2/";
    private static final int EXPIRY_SECONDS = 60;
    private static final int FOR_LONG_SECONDS = 1_000_000;

    private final Random random;
    private final Promises promises;
    private final List<Actor> actors = new ArrayList<>();
    private boolean hasMuchToSay;

    private enum Habit {
        PUBLISHES,
        LISTENS,
        IS_AWAY,
        CHANGES_ITS_MIND,
        BEGINS_ANEW,
        HAS_A_WILL
    }

    private static final class Actor {
        final CarefulClient client;
        final Habit habit;
        final int qos;
        final List<String> prefixes;

        /** How many messages had been sent by anyone when it said goodbye; -1 when it did not. */
        int leftAt = -1;

        Actor(CarefulClient client, Habit habit, int qos, List<String> prefixes) {
            this.client = client;
            this.habit = habit;
            this.qos = qos;
            this.prefixes = prefixes;
        }
    }

    PowerCutCast(Random random, Promises promises) {
        this.random = random;
        this.promises = promises;
        // In this order they connect: who is owed something comes before who sends it.
        add("away", Habit.IS_AWAY, FOR_LONG_SECONDS, 2, "q/0/", "w/");
        add("also-away", Habit.IS_AWAY, FOR_LONG_SECONDS, 1, "q/2/", "r/");
        add("listener", Habit.LISTENS, FOR_LONG_SECONDS, 2, "q/0/", "q/1/", "w/");
        add("also-listener", Habit.LISTENS, FOR_LONG_SECONDS, 1, "q/1/", "r/");
        add("undecided", Habit.CHANGES_ITS_MIND, FOR_LONG_SECONDS, 2);
        add("forgetful", 5, Habit.BEGINS_ANEW, FOR_LONG_SECONDS, 2, "q/3/");
        add("expiring", 5, Habit.IS_AWAY, EXPIRY_SECONDS, 2, "q/3/");
        add("mortal", Habit.HAS_A_WILL, FOR_LONG_SECONDS, 1);
        add("publisher", Habit.PUBLISHES, FOR_LONG_SECONDS, 0);
        add("also-publisher", Habit.PUBLISHES, FOR_LONG_SECONDS, 0);
        add("passer-by", Habit.PUBLISHES, 0, 0);
    }

    private void add(String id, Habit habit, int expirySeconds, int qos, String... prefixes) {
        add(id, random.nextBoolean() ? 4 : 5, habit, expirySeconds, qos, prefixes);
    }

    private void add(String id, int level, Habit habit, int expirySeconds, int qos, String... prefixes) {
        CarefulClient client = new CarefulClient(id, level, expirySeconds, promises);
        List<String> all = new ArrayList<>(List.of(prefixes));
        if (client.isDurable()) {
            all.add(farewellTo(client));
        }
        actors.add(new Actor(client, habit, qos, all));
    }

    private static String farewellTo(CarefulClient client) {
        return "farewell/" + client.id() + "/";
    }

    // ---- life with the broker

    /** Whether messages shall be so large that the store writes checkpoints. */
    void sayMuch(boolean much) {
        hasMuchToSay = much;
    }

    /** Lets each client do something, or nothing, as it likes. */
    void act(int port) {
        boolean idle = true;
        for (Actor actor : actors) {
            if (random.nextInt(3) == 0) {
                act(actor, port);
            }
            idle &= !actor.client.takeArrived();
            actor.client.answer(random.nextInt(4));
        }
        if (idle) {
            LockSupport.parkNanos(IDLE_NANOS);
        }
    }

    private void act(Actor actor, int port) {
        CarefulClient client = actor.client;
        if (!client.hasLine()) {
            if (isItTimeToComeBack(actor)) {
                connect(actor, port, actor.habit == Habit.HAS_A_WILL ? nextWill(client) : null);
            }
        } else if (client.isConnected()) {
            subscribeToWhatIsMissing(actor);
            live(actor);
        }
    }

    private boolean isItTimeToComeBack(Actor actor) {
        boolean isNew = !promises.isSubscribed(actor.client.id(), farewellTo(actor.client));
        return isNew || random.nextInt(actor.habit == Habit.IS_AWAY ? 100 : 4) == 0;
    }

    private static void connect(Actor actor, int port, @Nullable SentMessage will) {
        actor.leftAt = -1;
        actor.client.connect(new RawClient(port, actor.client.level()), will);
    }

    private SentMessage nextWill(CarefulClient client) {
        return promises.will(client.id(), "w/" + random.nextInt(3), 1 + random.nextInt(2));
    }

    private void subscribeToWhatIsMissing(Actor actor) {
        for (String prefix : actor.prefixes) {
            if (!actor.client.isChangingSubscriptions() && !promises.isSubscribed(actor.client.id(), prefix)) {
                actor.client.subscribe(prefix, Math.max(1, actor.qos));
            }
        }
    }

    private void live(Actor actor) {
        CarefulClient client = actor.client;
        switch (actor.habit) {
            case PUBLISHES -> {
                publish(client);
                if (random.nextInt(300) == 0) {
                    client.drop();
                }
            }
            case LISTENS -> {
                if (random.nextInt(200) == 0) {
                    client.drop();
                }
            }
            case IS_AWAY -> {
                if (isSubscribedToAll(actor) && random.nextInt(10) == 0) {
                    client.leave();
                    actor.leftAt = promises.sent();
                }
            }
            case CHANGES_ITS_MIND -> {
                if (!client.isChangingSubscriptions() && random.nextInt(4) == 0) {
                    changeSubscription(client);
                }
            }
            case BEGINS_ANEW -> {
                if (random.nextInt(30) == 0) {
                    client.drop();
                    client.endSession();
                }
            }
            case HAS_A_WILL -> {
                if (!client.isChangingSubscriptions()) {
                    changeSubscription(client);
                } else if (random.nextInt(20) == 0) {
                    client.drop();
                }
            }
        }
    }

    private boolean isSubscribedToAll(Actor actor) {
        return actor.prefixes.stream().allMatch(prefix -> promises.isSubscribed(actor.client.id(), prefix));
    }

    private void publish(CarefulClient client) {
        for (int i = random.nextInt(5); i > 0 && client.mayPublish(); i--) {
            int qos = 1 + random.nextInt(2);
            if (random.nextInt(3) == 0) {
                boolean clears = random.nextInt(5) == 0;
                client.publishRetained(retainedTopic(client, qos), qos, clears ? 0 : length());
            } else {
                client.publish("q/" + random.nextInt(4) + "/" + random.nextInt(3), qos, length());
            }
        }
    }

    /**
     * Each has its publisher and its QoS. Else an older message at QoS 1 that is sent again would rightly replace a newer
     * one at QoS 2, of which the broker knows that it has it.
     */
    private String retainedTopic(CarefulClient client, int qos) {
        return "r/" + client.id() + "/" + qos + "/" + random.nextInt(2);
    }

    /** Some larger than a sector, and a few larger than a page; if there is much to say, enough for checkpoints. */
    private int length() {
        return switch (random.nextInt(20)) {
            case 0 -> 4_000 + random.nextInt(12_000);
            case 1, 2, 3 -> 400 + random.nextInt(1_000);
            case 4, 5, 6, 7 -> hasMuchToSay ? 50_000 + random.nextInt(100_000) : 100;
            default -> 20 + random.nextInt(100);
        };
    }

    private void changeSubscription(CarefulClient client) {
        if (promises.isSubscribed(client.id(), CHANGING_PREFIX)
                || (promises.isInDoubt(client.id(), CHANGING_PREFIX) && random.nextBoolean())) {
            client.unsubscribe(CHANGING_PREFIX);
        } else {
            client.subscribe(CHANGING_PREFIX, 2);
        }
    }

    /** The broker is closing, or has closed: nobody has a connection any more when this returns. */
    void loseConnections() {
        actors.forEach(actor -> actor.client.takeTheRest());
    }

    /** More than {@link #EXPIRY_SECONDS} pass while the broker is off. */
    void letSessionsExpire() {
        for (Actor actor : actors) {
            if (actor.client.expirySeconds() == EXPIRY_SECONDS) {
                // What was acknowledged later went to the store later.
                boolean knownToBeGone = actor.leftAt >= 0 && promises.isAnyAcknowledgedSince(actor.leftAt);
                actor.client.expire(knownToBeGone);
            }
        }
    }

    // ---- the end

    /** All come back and finish what they began; when it returns nothing is on its way to anyone. */
    void comeToRest(int port) {
        List<Actor> lasting =
                actors.stream().filter(actor -> actor.client.isDurable()).toList();
        await("the clients of before", port, lasting, this::isSettled);
        lasting.stream()
                .filter(actor -> actor.habit == Habit.PUBLISHES)
                .forEach(actor -> publishEverywhere(actor.client));
        await("what was published then", port, lasting, this::isSettled);

        // What comes now is behind everything else in its receiver's queue.
        Actor last = new Actor(new CarefulClient("last", 5, 0, promises), Habit.PUBLISHES, 0, List.of());
        await("the last client", port, List.of(last), this::isSettled);
        List<SentMessage> farewells = lasting.stream()
                .map(actor -> last.client.publish(farewellTo(actor.client), 1, 0))
                .toList();
        await("the last client's messages", port, List.of(last), this::isSettled);
        await(
                "the last message",
                port,
                lasting,
                actor -> isSettled(actor)
                        && farewells.get(lasting.indexOf(actor)).hasReached(actor.client.id()));
    }

    private boolean isSettled(Actor actor) {
        return actor.client.isAtRest()
                && isSubscribedToAll(actor)
                && !promises.isInDoubt(actor.client.id(), CHANGING_PREFIX);
    }

    private void publishEverywhere(CarefulClient client) {
        for (int i = 0; i < 4; i++) {
            client.publish("q/" + i + "/0", 2, 10);
            client.publish("q/" + i + "/0", 1, 10);
        }
        client.publishRetained(retainedTopic(client, 1), 1, 10);
    }

    private void await(String what, int port, List<Actor> waitedFor, Predicate<Actor> condition) {
        long deadline = System.nanoTime() + RawClient.DEADLINE.toNanos();
        while (!waitedFor.stream().allMatch(condition)) {
            if (System.nanoTime() > deadline) {
                List<String> missing = waitedFor.stream()
                        .filter(condition.negate())
                        .map(actor -> actor.client.toString())
                        .toList();
                throw new AssertionError(what + " did not come to rest: " + missing);
            }
            waitedFor.forEach(actor -> goOn(actor, port));
            LockSupport.parkNanos(IDLE_NANOS);
        }
    }

    private void goOn(Actor actor, int port) {
        CarefulClient client = actor.client;
        client.takeArrived();
        client.answer(Integer.MAX_VALUE);
        if (!client.hasLine()) {
            connect(actor, port, null);
        } else if (client.isConnected()) {
            subscribeToWhatIsMissing(actor);
            if (promises.isInDoubt(client.id(), CHANGING_PREFIX) && !client.isChangingSubscriptions()) {
                changeSubscription(client);
            }
        }
    }
}
