package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.connection.Connection.Phase;
import io.fieldmouse.broker.connection.ReadingPauses.Pause;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.StoreTrouble;

/**
 * What of one connection waits for the disk: acknowledgements of what the client published, answers to what else it
 * asked, and messages to it whose packet ids have to be on disk before they leave. Belongs to the connection's lane.
 *
 * <p>Its one surprise: when the store begins to fail, whoever is owed an acknowledgement or an answer is told so by the
 * end of its connection: to refuse what is already with its receivers would bring it to them twice. Who only reads
 * stays, and so does what is owed from then on, which is no more than repeated PUBRECs and PUBCOMPs: that waits.
 */
final class DiskWait implements CommitGate.Waiter {
    private final Connection connection;
    private final Shared shared;
    private final Acknowledgements acknowledgements;
    private final GatedSends answers = new GatedSends();
    private final GatedSends deliveries = new GatedSends();
    private boolean waiting;

    DiskWait(Connection connection, Shared shared) {
        this.connection = connection;
        this.shared = shared;
        this.acknowledgements = new Acknowledgements(connection, shared.limits());
    }

    /** What it owes for what the client published. */
    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    /** Runs the action, which answers a request, when the position is durable; in the order of calls. */
    void answerAfter(long position, Runnable action) {
        sendAfter(position, action, answers);
    }

    /** Runs the action, which sends PUBLISH or PUBREL, when the position is durable; in the order of calls. */
    void deliverAfter(long position, Runnable action) {
        sendAfter(position, action, deliveries);
    }

    /** Whether messages wait, so that those whose order counts go behind them. */
    boolean holdsDeliveries() {
        return !deliveries.isEmpty();
    }

    private void sendAfter(long position, Runnable action, GatedSends queue) {
        if (queue.isEmpty() && position <= connection.gate().durablePosition()) {
            action.run();
            return;
        }
        queue.add(position, action);
        await();
        boundRequests();
    }

    /** SUBSCRIBEs and other requests are no messages, which the windows bound. */
    private void boundRequests() {
        Limits limits = shared.limits();
        int waitingNow = answers.size() + deliveries.size();
        if (waitingNow >= limits.requestsWaitingMax()) {
            connection.pauseUnlessOwed(Pause.STORE_BEHIND);
        }
        if (waitingNow > limits.inflightMax() + limits.receiveMaximum() + limits.requestsWaitingMax()) {
            // It owes acknowledgements, or it would not be read any more, and asks on and on.
            shared.counters().add(Counter.REFUSED_BUFFERS_FULL);
            connection.close(ReasonCode.QUOTA_EXCEEDED, "too many requests wait for the disk");
        }
    }

    /** Stops reading while the disk has too much to write; not while it can write nothing, and no publisher waits for it. */
    void pauseWhileStoreIsBehind() {
        CommitGate gate = connection.gate();
        if (gate.pendingBytes() > shared.limits().storeBacklogBytesMax() / 2 && gate.trouble() == null) {
            connection.pauseUnlessOwed(Pause.STORE_BEHIND);
            await();
        }
    }

    /** Asks to be told when more is durable. */
    void await() {
        if (!waiting) {
            waiting = true;
            connection.gate().await(this);
        }
    }

    @Override
    public boolean durableUpTo(long position) {
        acknowledgements.drain();
        answers.drain(position, () -> connection.phase() != Phase.CLOSED);
        deliveries.drain(position, () -> connection.phase() != Phase.CLOSED);
        if (connection.gate().pendingBytes() * 2 <= shared.limits().storeBacklogBytesMax()) {
            connection.resume(Pause.STORE_BEHIND);
        }
        boolean remains = !acknowledgements.isEmpty()
                || !answers.isEmpty()
                || !deliveries.isEmpty()
                || connection.pauses().contains(Pause.STORE_BEHIND);
        waiting = remains && connection.phase() != Phase.CLOSED;
        return waiting;
    }

    @Override
    public boolean storeFailing(StoreTrouble begun) {
        // It may publish what need not be stored, and must hear that the rest is refused.
        connection.resume(Pause.STORE_BEHIND);
        if (acknowledgements.waitForDisk() || !answers.isEmpty()) {
            shared.counters().add(Counter.REFUSED_STORE_FAILED);
            waiting = false;
            if (connection.phase() == Phase.CONNECTING) {
                connection.refuse(ReasonCode.SERVER_UNAVAILABLE, begun.words());
            } else {
                connection.close(begun.goodbye(), begun.words()); // [MQTT-4.8.0-2 of 3.1.1]
            }
        }
        return waiting;
    }

    @Override
    public void faulty() {
        waiting = false;
        connection.close(ReasonCode.UNSPECIFIED_ERROR, "a fault of the broker");
    }
}
