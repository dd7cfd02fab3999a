package io.fieldmouse.edge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes the log by a thread of its own. Whoever reads it may stop, as a pager or a full pipe does, and a thread that
 * wrote to it would stop with it: a lane, and all its clients. What finds no room meanwhile is lost, counted, and told
 * when there is room again.
 */
final class LogOutput extends OutputStream {
    private static final int BYTES_MAX = 1024 * 1024;

    private final OutputStream target;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private int waitingBytes;
    private long lost;
    private boolean writing;

    /** @param target where lines go in the end */
    LogOutput(OutputStream target) {
        this.target = target;
        Thread thread = new Thread(this::writeOn, "log");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void write(int octet) {
        begun.write(octet);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int count) {
        begun.write(bytes, from, count);
    }

    /** What was written since the last time is a line, or some that belong together. Does not wait. */
    @Override
    public synchronized void flush() {
        if (begun.size() == 0) {
            return;
        }
        byte[] line = begun.toByteArray();
        begun.reset();
        if (waitingBytes + line.length > BYTES_MAX) {
            lost++;
            return;
        }
        if (lost > 0) {
            add(("(lines of the log that nobody took, and that are lost: " + lost + ")\n")
                    .getBytes(StandardCharsets.UTF_8));
            lost = 0;
        }
        add(line);
    }

    private void add(byte[] line) {
        waiting.add(line);
        waitingBytes += line.length;
        notifyAll();
    }

    private void writeOn() {
        try {
            while (true) {
                byte[] line = next();
                try {
                    target.write(line);
                    target.flush();
                } catch (IOException e) {
                    // nobody is there to be told
                }
                written(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized byte[] next() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        writing = true;
        return waiting.remove();
    }

    private synchronized void written(byte[] line) {
        waitingBytes -= line.length;
        writing = false;
        notifyAll();
    }

    /** Waits until all is written, or for so long. Returns whether it is. */
    synchronized boolean awaitWritten(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (!waiting.isEmpty() || writing) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }
}
