package io.fieldmouse.sim.modbus;

import io.fieldmouse.sim.port.VirtualPort;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of a line's thread, from plugging in to unplugging.
 *
 * <p>It waits in one place only, for bytes or for the next thing due. So a slave that is slow holds up nobody, and bytes
 * that come while a reply waits or goes out are seen when they come.
 */
final class LineWorker implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(LineWorker.class);
    private static final int BROADCAST_UNIT_ID = 0;

    private final String name;
    private final WirePace pace;
    private final VirtualPort port;
    private final Map<Integer, SimulatedSlave> slaves;
    private final TrafficLog traffic;
    private final LineTally tally;
    private final long lineStartNanos;
    private final RequestFramer framer;
    private final ReplySender sender;

    LineWorker(
            LineConfig config,
            VirtualPort port,
            Map<Integer, SimulatedSlave> slaves,
            TrafficLog traffic,
            LineTally tally,
            long lineStartNanos) {
        this.name = config.name();
        this.pace = config.pace();
        this.port = port;
        this.slaves = slaves;
        this.traffic = traffic;
        this.tally = tally;
        this.lineStartNanos = lineStartNanos;
        this.framer = new RequestFramer(pace);
        this.sender = new ReplySender(port::write, pace, traffic, tally, lineStartNanos);
    }

    @Override
    public void run() {
        try {
            while (turn()) {
                // Each turn waits by itself.
            }
        } catch (IOException | RuntimeException e) {
            log.error("line stopped; unplug it and plug it in again line={} port={}", name, port.path(), e);
        }
    }

    /** Waits for bytes or the next thing due, and does it; false when the port is closed. */
    private boolean turn() throws IOException {
        byte[] chunk = new byte[framer.room()];
        int count = port.read(chunk, nanosUntilDue());
        if (count < 0) {
            return false;
        }
        long now = System.nanoTime();
        if (count > 0) {
            if (sender.isSending()) {
                tally.collisions.increment();
            }
            framer.accept(chunk, count, now);
        }
        for (RequestFramer.Cut cut = framer.next(now); cut != null; cut = framer.next(now)) {
            receive(cut);
        }
        sender.advance(System.nanoTime());
        return true;
    }

    private long nanosUntilDue() {
        long now = System.nanoTime();
        long due = Math.min(framer.nanosUntilDue(now), sender.nanosUntilDue(now));
        return due == RequestFramer.NOTHING_DUE ? VirtualPort.FOREVER : due;
    }

    private void receive(RequestFramer.Cut cut) {
        SeenFrame.Kind kind = cut.valid() ? SeenFrame.Kind.REQUEST : SeenFrame.Kind.BAD_FRAME;
        traffic.add(SeenFrame.of(kind, cut.startNanos(), cut.endNanos(), cut.frame()));
        if (!cut.valid()) {
            tally.badFrames.increment();
            return;
        }
        tally.requests.increment();
        Duration sinceStart = Duration.ofNanos(cut.endNanos() - lineStartNanos);
        if (cut.frame().unitId() == BROADCAST_UNIT_ID) {
            tally.broadcasts.increment();
            slaves.values().forEach(slave -> slave.hear(cut.frame().pdu(), sinceStart));
            return;
        }
        SimulatedSlave slave = slaves.get(cut.frame().unitId());
        if (slave == null) {
            tally.foreignRequests.increment();
            return;
        }
        SimulatedSlave.Reply reply = slave.answer(cut.frame().pdu(), sinceStart);
        if (reply != null) {
            sender.schedule(
                    reply.frame(),
                    cut.endNanos() + pauseNanos(slave) + reply.delay().toNanos());
        }
    }

    private long pauseNanos(SimulatedSlave slave) {
        long turnaround = slave.turnaround().toNanos();
        return pace.paced() ? Math.max(turnaround, pace.silenceNanos()) : turnaround;
    }
}
