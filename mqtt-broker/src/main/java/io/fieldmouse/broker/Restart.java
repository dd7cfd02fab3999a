package io.fieldmouse.broker;

import io.fieldmouse.broker.BrokerConfig.RetainedReset;
import io.fieldmouse.broker.access.AccessControl;
import io.fieldmouse.broker.access.ClientAccess;
import io.fieldmouse.broker.access.Owner;
import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.Lanes;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.routing.Router;
import io.fieldmouse.broker.session.SessionRegistry;
import io.fieldmouse.broker.session.StoredForm;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredState;
import io.fieldmouse.store.StoredWill;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings back what the store held: retained messages first, then sessions, then the clocks of sessions and wills,
 * which ran on while the broker was off. Everything a session owns is brought back on its own lane.
 */
final class Restart {
    private static final Logger LOG = LoggerFactory.getLogger(Restart.class);

    private final StoredState stored;
    private final Lanes lanes;
    private final List<SessionRegistry> registries;
    private final Router router;
    private final AccessControl access;
    private final List<RetainedReset> retainedResets;

    Restart(
            StoredState stored,
            Lanes lanes,
            List<SessionRegistry> registries,
            Router router,
            AccessControl access,
            List<RetainedReset> retainedResets) {
        this.stored = stored;
        this.lanes = lanes;
        this.registries = registries;
        this.router = router;
        this.access = access;
        this.retainedResets = retainedResets;
    }

    /** Milliseconds since 1970: the latest that the store knows to have passed. */
    static long latestInstant(StoredState stored) {
        return stored.sessions().stream()
                .mapToLong(StoredSession::disconnectedAtMillis)
                .reduce(stored.lastMillis(), Math::max);
    }

    /** Returns when all is back. */
    void run() {
        stored.retained()
                .forEach(retained -> router.restoreRetained(
                        StoredForm.publication(retained.message(), Qos.of(retained.qos()), true)));
        onHomes(this::restoreSessions);
        onHomes(this::restoreLeftovers);
        onHomes(this::resetRetained);
        onHomes(this::startClocks);
        if (!stored.retained().isEmpty() || !stored.sessions().isEmpty()) {
            LOG.info(
                    "restored retained={} sessions={}",
                    stored.retained().size(),
                    stored.sessions().size());
        }
    }

    private void resetRetained(Lane lane, List<StoredSession> sessions) {
        if (lane.index() == 0) {
            for (RetainedReset reset : retainedResets) {
                byte[] payload = reset.payload().getBytes(StandardCharsets.UTF_8);
                router.resetRetained(reset.topicFilter(), payload, lane);
            }
        }
    }

    private interface OnHome {
        void run(Lane lane, List<StoredSession> sessions);
    }

    private void onHomes(OnHome work) {
        CompletableFuture<?>[] all = lanes.all().stream()
                .map(lane -> CompletableFuture.runAsync(() -> work.run(lane, sessionsOf(lane)), lane::execute))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).join();
    }

    private List<StoredSession> sessionsOf(Lane lane) {
        return stored.sessions().stream()
                .filter(session -> lanes.homeOf(session.clientId()) == lane)
                .toList();
    }

    private void restoreSessions(Lane lane, List<StoredSession> sessions) {
        SessionRegistry registry = registries.get(lane.index());
        for (StoredSession session : sessions) {
            ClientAccess owners = access.accessOf(Owner.of(session.owner()), session.clientId());
            router.restoreSubscriptions(registry.restore(session, owners), session);
        }
    }

    private void restoreLeftovers(Lane lane, List<StoredSession> sessions) {
        for (StoredState.Leftover leftover : stored.leftovers()) {
            if (lanes.homeOf(leftover.clientId()) == lane) {
                router.restoreLeftover(leftover, lane);
            }
        }
    }

    private void startClocks(Lane lane, List<StoredSession> sessions) {
        SessionRegistry registry = registries.get(lane.index());
        registry.startClocks(sessions, stored.wills());
        Map<String, StoredWill> orphaned = new HashMap<>(stored.wills());
        stored.sessions().forEach(session -> orphaned.remove(session.clientId()));
        orphaned.forEach((clientId, will) -> {
            if (lanes.homeOf(clientId) == lane) {
                registry.sendOrphanedWill(clientId, will);
            }
        });
    }
}
