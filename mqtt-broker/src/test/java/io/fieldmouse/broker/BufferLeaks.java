package io.fieldmouse.broker;

import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Hears of every buffer that was thrown away without being released, in the whole test run. */
final class BufferLeaks {
    private static final List<String> FOUND = new CopyOnWriteArrayList<>();

    private BufferLeaks() {}

    static void watch() {
        ByteBufUtil.setLeakListener((resourceType, records) -> FOUND.add(resourceType + " " + records));
    }

    static List<String> found() {
        return List.copyOf(FOUND);
    }
}
