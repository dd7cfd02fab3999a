package io.fieldmouse.sim.modbus;

import java.util.ArrayDeque;
import java.util.List;

/** The last frames of a line, oldest first; when it is full the oldest goes. Written by the line's thread, read by any. */
final class TrafficLog {
    private static final int FRAMES_MAX = 8192;

    private final ArrayDeque<SeenFrame> frames = new ArrayDeque<>();

    synchronized void add(SeenFrame frame) {
        if (frames.size() == FRAMES_MAX) {
            frames.removeFirst();
        }
        frames.addLast(frame);
    }

    synchronized List<SeenFrame> frames() {
        return List.copyOf(frames);
    }

    synchronized void clear() {
        frames.clear();
    }
}
