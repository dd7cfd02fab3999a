package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.connection.Connection.Phase;
import io.fieldmouse.broker.connection.ReadingPauses.Pause;
import io.fieldmouse.broker.routing.PublishOutcome;
import io.fieldmouse.broker.session.Session;

/**
 * What one connection owes its publisher. An acknowledgement leaves when what became of the message is on disk and its
 * receivers keep up; until then the publisher is held back: first by what it is owed, then by not being read.
 */
final class Acknowledgements {
    private final Connection connection;
    private final Limits limits;
    private final AckQueue queue = new AckQueue();

    Acknowledgements(Connection connection, Limits limits) {
        this.connection = connection;
        this.limits = limits;
    }

    /** Owes PUBACK or PUBREC for a PUBLISH from now on. */
    void owe(PacketKind kind, int packetId, PublishOutcome outcome) {
        Session crowded = outcome.crowded();
        AckQueue.Owed owed =
                queue.add(kind, packetId, outcome.reason(), outcome.words(), outcome.position(), crowded != null);
        if (crowded != null) {
            holdBack(owed, crowded);
        }
        drain();
        if (!connection.terms().isMqtt5()) {
            bound();
        }
    }

    /** Holds this publisher back until the crowded session has room: first its acknowledgement, then its reading. */
    private void holdBack(AckQueue.Owed owed, Session crowded) {
        connection.pauseUnlessOwed(Pause.RECEIVER_CROWDED);
        Runnable letGo = () -> {
            owed.letGo();
            connection.resume(Pause.RECEIVER_CROWDED);
            drain();
        };
        crowded.context()
                .lane()
                .execute(() -> crowded.whenRoomy(() -> connection.lane().execute(letGo)));
    }

    /** What Receive Maximum does from 5.0 on: clients of before know none, and cannot be told that they exceed it. */
    private void bound() {
        int most = limits.receiveMaximum();
        if (queue.size() >= most + limits.requestsWaitingMax()) {
            // Even if it owes us some: who waits for those gives up after a while, and this queue would grow for ever.
            connection.pause(Pause.ACKNOWLEDGEMENTS_OWED);
        } else if (queue.size() >= most) {
            connection.pauseUnlessOwed(Pause.ACKNOWLEDGEMENTS_OWED);
        }
    }

    /** Lets leave what may. */
    void drain() {
        if (connection.phase() != Phase.OPEN) {
            return;
        }
        queue.drain(
                connection.gate().durablePosition(),
                owed -> connection.reply(owed.kind, owed.packetId, owed.reason, owed.words));
        if (queue.size() * 2 <= limits.receiveMaximum()) {
            connection.resume(Pause.ACKNOWLEDGEMENTS_OWED);
        }
        if (!queue.isEmpty()) {
            connection.diskWait().await();
        }
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Whether one of them waits for the disk, and not only for a receiver. */
    boolean waitForDisk() {
        return queue.owesBeyond(connection.gate().durablePosition());
    }

    /** Whether a PUBREC for this packet id has yet to leave. */
    boolean owesPubrec(int packetId) {
        return queue.owesPubrec(packetId);
    }

    /**
     * What counts against Receive Maximum: PUBACKs owed by us, and messages of QoS 2 not yet released. Of those we may
     * owe more, to a client that releases before it hears of PUBREC.
     */
    int unacknowledged() {
        return Math.max(
                queue.size(),
                queue.pubacks() + connection.session().inboundPacketIds().count());
    }
}
