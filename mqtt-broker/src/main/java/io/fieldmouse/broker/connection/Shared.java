package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.Lanes;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.routing.Router;
import io.fieldmouse.broker.session.ByteBudget;
import io.fieldmouse.broker.session.SessionRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all connections share.
 *
 * @param connections open now
 * @param registries one for each lane, in the order of their index
 */
public record Shared(
        Limits limits,
        Lanes lanes,
        List<SessionRegistry> registries,
        Router router,
        WallClock clock,
        Counters counters,
        ByteBudget budget,
        AtomicInteger connections) {}
