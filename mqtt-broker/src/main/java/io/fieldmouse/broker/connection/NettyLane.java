package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.Traffic;
import io.fieldmouse.broker.lane.TurnWork;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A lane on a Netty event loop: one thread that serves its connections and runs its tasks in turns. */
final class NettyLane implements Lane {
    private final int index;
    private final EventLoop loop;
    private final TurnWork turnWork;
    private final PublishEncoder encoder = new PublishEncoder();
    private final Traffic traffic = new Traffic();

    // All lanes know each other; filled once, before the first task runs.
    private List<NettyLane> lanes = List.of();
    private List<TurnWork> works = List.of();

    NettyLane(int index, EventLoop loop, int laneCount) {
        this.index = index;
        this.loop = loop;
        this.turnWork = new TurnWork(laneCount);
    }

    static void introduce(List<NettyLane> all) {
        List<TurnWork> works = all.stream().map(lane -> lane.turnWork).toList();
        for (NettyLane lane : all) {
            lane.lanes = List.copyOf(all);
            lane.works = works;
        }
    }

    EventLoop loop() {
        return loop;
    }

    /** Writes PUBLISH packets for the connections of this lane. */
    PublishEncoder encoder() {
        return encoder;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public Traffic traffic() {
        return traffic;
    }

    @Override
    public boolean isCurrent() {
        return loop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        ScheduledFuture<?> future = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        if (turnWork.atEndOfTurn(task)) {
            endTurnSoon();
        }
    }

    @Override
    public boolean handOver(Lane target, Runnable task, boolean droppable) {
        TurnWork.Offer offer = turnWork.handOver(target.index(), works.get(target.index()), task, droppable);
        return switch (offer) {
            case TAKEN -> true;
            case TAKEN_AND_DUE -> {
                endTurnSoon();
                yield true;
            }
            case LEFT_OUT -> false;
        };
    }

    private void endTurnSoon() {
        // The loop runs tasks after it has read from all channels that were ready: there the turn ends.
        loop.execute(() -> turnWork.run(lanes, works));
    }
}
