package io.fieldmouse.sim.modbus;

import io.fieldmouse.sim.port.VirtualPort;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A serial line with simulated slaves: one virtual port, one thread, the pace of a real wire, and a record of what was seen.
 *
 * <p>What a user does with a real line can be done here: {@link #unplug()} pulls the adapter, {@link #plugIn()} puts it
 * back. The slaves live on meanwhile, and their time runs on.
 */
public final class SimulatedLine implements Closeable {
    /**
     * What the line has seen since its start.
     *
     * @param requests frames with a correct check sum, whomever they were for
     * @param replies frames sent back
     * @param badFrames stretches of bytes that made no frame
     * @param foreignRequests requests to units that are not on this line
     * @param broadcasts requests to unit 0
     * @param collisions times the master spoke while a reply was on the wire
     * @param droppedReplies replies not sent because too many waited
     * @param droppedBytes bytes of replies lost because the user of the port did not read
     */
    public record Counters(
            long requests,
            long replies,
            long badFrames,
            long foreignRequests,
            long broadcasts,
            long collisions,
            long droppedReplies,
            long droppedBytes) {}

    private static final Logger log = LoggerFactory.getLogger(SimulatedLine.class);

    private final LineConfig config;
    private final Map<Integer, SimulatedSlave> slaves = new TreeMap<>();
    private final TrafficLog traffic = new TrafficLog();
    private final LineTally tally = new LineTally();
    private final long startNanos = System.nanoTime();
    private @Nullable Plugged plugged;
    private boolean closed;

    private record Plugged(VirtualPort port, Thread thread) {}

    private SimulatedLine(LineConfig config) {
        this.config = config;
        for (SlaveConfig slave : config.slaves()) {
            slaves.put(slave.unitId(), new SimulatedSlave(slave));
        }
    }

    /** Opens the port and begins to answer. */
    public static SimulatedLine start(LineConfig config) throws IOException {
        SimulatedLine line = new SimulatedLine(config);
        line.plugIn();
        return line;
    }

    public String name() {
        return config.name();
    }

    /**
     * What a user opens: the link if one is configured, else the device, which may have another name after each
     * {@link #plugIn()}.
     *
     * @throws IllegalStateException while unplugged
     */
    public synchronized Path path() {
        if (plugged == null) {
            throw new IllegalStateException("line " + config.name() + " is unplugged, so its port has no name");
        }
        return plugged.port().path();
    }

    /** @throws IllegalArgumentException when no slave has this unit id */
    public SimulatedSlave slave(int unitId) {
        SimulatedSlave slave = slaves.get(unitId);
        if (slave == null) {
            throw new IllegalArgumentException(
                    "line " + config.name() + " has no unit " + unitId + ", only " + slaves.keySet());
        }
        return slave;
    }

    /** The last 8192 frames at most, oldest first. Who has received a whole reply finds it here. */
    public List<SeenFrame> traffic() {
        return traffic.frames();
    }

    public void clearTraffic() {
        traffic.clear();
    }

    public Counters counters() {
        return tally.snapshot();
    }

    /** Pulls the adapter: a user who has the port open gets errors, the link is gone. Nothing happens if it is out. */
    public synchronized void unplug() throws IOException {
        Plugged out = plugged;
        if (out == null) {
            return;
        }
        plugged = null;
        out.port().close();
        awaitEnd(out.thread());
        log.info("unplugged line={} port={}", config.name(), out.port().path());
    }

    /** Puts the adapter in: a new port, under the same link if one is configured. Nothing happens if it is in. */
    public synchronized void plugIn() throws IOException {
        if (closed) {
            throw new IllegalStateException("line " + config.name() + " is closed");
        }
        if (plugged != null) {
            return;
        }
        Path link = config.link();
        VirtualPort port = link == null ? VirtualPort.open() : VirtualPort.open(link);
        LineWorker worker = new LineWorker(config, port, slaves, traffic, tally, startNanos);
        Thread thread = new Thread(worker, "sim-" + config.name());
        thread.setDaemon(true);
        plugged = new Plugged(port, thread);
        thread.start();
        log.info(
                "plugged in line={} port={} baud={} units={}",
                config.name(),
                port.path(),
                config.baud(),
                slaves.keySet());
    }

    /** Unplugs for good. */
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        unplug();
    }

    private static void awaitEnd(Thread thread) {
        // The port is closed, so the thread ends on its own; an interrupt is kept for whoever asked for it.
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
