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
 * @param messageIds the last message id that was given, of the whole broker
 */
public record SessionContext(
        Lane lane,
        CommitGate gate,
        WallClock clock,
        Counters counters,
        ByteBudget budget,
        ByteBudget standing,
        AtomicLong messageIds,
        QueueRoom.Limits queueLimits) {}
