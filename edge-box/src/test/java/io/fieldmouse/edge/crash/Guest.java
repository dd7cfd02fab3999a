package io.fieldmouse.edge.crash;

import io.fieldmouse.edge.crash.Wire.Packet;
import io.fieldmouse.edge.crash.Wire.Publish;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Comes and goes within a run of the program: with and without a clean start, with sessions that end with the
 * connection, some time later or never, and ends them by DISCONNECT or leaves without a word. It knows whether the
 * broker must have its session, must not, or may, and receives nothing that belongs to one that is over.
 */
final class Guest extends Client {
    private static final int STAY_MILLIS_MAX = 120;
    private static final int AWAY_MILLIS_MAX = 900;
    private static final String FILTER = "live/#";

    private final GuestSession session;

    /** Where it is in one flow: what came before it subscribed is not for it. */
    private static final class Place {
        final int before;
        int sentAtAnswer;
        int newest;

        Place(int before) {
            this.before = before;
        }
    }

    private final Map<Flow, Place> places = new HashMap<>();
    private int qos;
    private boolean subscribed;
    private boolean subscribing;

    Guest(int number, Stage stage, Ledger ledger, long seed) {
        super("guest-" + number, stage, ledger, seed);
        this.session = new GuestSession(stage, ledger);
    }

    @Override
    void live(int run) throws IOException {
        long comesAt = stage.millis() + random.nextInt(AWAY_MILLIS_MAX);
        if (Stage.await(1_000, () -> !stage.isUp(run) || (stage.isLoading() && stage.millis() >= comesAt))
                && stage.isUp(run)) {
            try (Wire wire = new Wire(stage.port())) {
                visit(wire, run);
            } catch (IOException e) {
                session.broken(stage.mayBreak() ? stage.killedAtMillis() : session.connectedAtMillis(), run);
                event("the connection is gone: " + e.getMessage());
                throw e;
            }
        }
    }

    private void visit(Wire wire, int run) throws IOException {
        boolean clean = random.nextInt(4) == 0;
        long expirySeconds = expiry();
        connect(wire, clean, expirySeconds);
        if (!subscribed) {
            subscribe(wire);
        }
        long until = stage.millis() + random.nextInt(STAY_MILLIS_MAX);
        while (stage.isUp(run) && stage.millis() < until) {
            turn(wire);
        }
        if (stage.isUp(run)) {
            leave(wire, run);
        }
    }

    private long expiry() {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1, 2 -> 1;
            default -> NEVER_EXPIRES;
        };
    }

    private void connect(Wire wire, boolean clean, long expirySeconds) throws IOException {
        boolean discards = clean && session.mustBePresent();
        if (clean) {
            forget();
        }
        long before = stage.millis();
        event("CONNECT clean=" + clean + " expiry=" + expirySeconds + ", where the session is " + session);
        GuestSession asItWas = session.asking(clean, expirySeconds);
        boolean present = wire.connect(id, clean, expirySeconds, 50);
        event("connected, session " + (present ? "present" : "new"));
        String fault = asItWas.faultOf(present, clean, before, stage.millis());
        if (fault != null) {
            violation(fault);
        }
        if (!present) {
            forget();
        }
        if (discards) {
            ledger.sessionsEnded.incrementAndGet();
        }
        begin(present);
        session.connected(expirySeconds, present, asItWas);
    }

    private void forget() {
        places.clear();
        subscribed = false;
        subscribing = false;
        begin(false);
    }

    private void subscribe(Wire wire) throws IOException {
        if (!subscribing) {
            qos = 1 + random.nextInt(2);
            for (Flow flow : ledger.flows()) {
                if (flow.topic().startsWith("live/")) {
                    places.put(flow, new Place(flow.acknowledged()));
                }
            }
        }
        subscribing = true;
        event("SUBSCRIBE " + FILTER + " at QoS " + qos);
        wire.subscribe(freePacketId(), 1, 2, qos, FILTER);
    }

    @Override
    void answered(Packet packet) {
        event("SUBACK");
        subscribed = true;
        places.forEach((flow, place) -> place.sentAtAnswer = flow.sent());
    }

    private void leave(Wire wire, int run) throws IOException {
        int choice = random.nextInt(3);
        session.leaving(stage.millis(), run, choice == 0);
        event(choice == 0 ? "DISCONNECT, ending the session" : choice == 1 ? "DISCONNECT" : "closes the connection");
        if (choice < 2) {
            wire.disconnect(choice == 0);
        }
        wire.close();
        session.gone(stage.millis());
        if (choice == 0) {
            ledger.sessionsEnded.incrementAndGet();
        }
    }

    @Override
    boolean work(Wire wire) {
        return false;
    }

    @Override
    void received(Publish publish) {
        Flow flow = ledger.flow(publish.topic());
        @Nullable String flaw = Content.flaw(publish.topic(), publish.number(), publish.payload());
        if (flow == null || flaw != null) {
            violation("received " + publish.topic() + " " + publish.number() + ": " + flaw);
            return;
        }
        Place place = places.get(flow);
        if (place != null) {
            follow(flow, place, publish);
        } else if (session.isKnown()) {
            violation("received what belongs to no session it has\n" + flow.story(publish.number()));
        }
    }

    private void follow(Flow flow, Place place, Publish publish) {
        int number = publish.number();
        int reachable = Math.max(place.newest, place.newest == 0 ? place.sentAtAnswer : 0);
        if (number <= place.before && session.isKnown()) {
            violation("received what was acknowledged before it subscribed\n" + flow.story(number));
        } else if (number <= place.newest) {
            if (publish.qos() == 2 && session.isKnown()) {
                violation("received a second time at QoS 2\n" + flow.story(number));
            }
        } else {
            boolean anyNumber = place.newest == 0 && !subscribed;
            if (!anyNumber && session.isKnown() && !flow.onlyRefusedBetween(reachable, number)) {
                violation("lost from " + (reachable + 1) + " to " + (number - 1) + "\n" + flow.story(number - 1));
            }
            place.newest = number;
        }
    }
}
