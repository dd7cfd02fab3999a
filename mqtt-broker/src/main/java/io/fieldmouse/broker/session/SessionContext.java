package io.fieldmouse.broker.session;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import java.util.function.LongSupplier;

/**
 * What all sessions of one lane share.
 *
 * @param budget for queued messages
 * @param standing for subscriptions and wills
 * @param replays for retained messages on their way to new subscriptions
 * @param messageIds gives the next message id of the whole broker
 */
public record SessionContext(
        Lane lane,
        CommitGate gate,
        WallClock clock,
        Counters counters,
        ByteBudget budget,
        ByteBudget standing,
        ByteBudget replays,
        LongSupplier messageIds,
        QueueRoom.Limits queueLimits) {}
