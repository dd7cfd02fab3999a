package io.fieldmouse.broker.session;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all sessions of one lane share.
 *
 * @param budget for queued messages
 * @param standing for subscriptions and wills
 * @param queued what waits in the sessions of this lane
 * @param population of all lanes
 * @param messageIds the last message id that was given, of the whole broker
 */
public record SessionContext(
        Lane lane,
        CommitGate gate,
        WallClock clock,
        Counters counters,
        ByteBudget budget,
        ByteBudget standing,
        QueuedTotals queued,
        Population population,
        AtomicLong messageIds,
        QueueRoom.Limits queueLimits) {}
