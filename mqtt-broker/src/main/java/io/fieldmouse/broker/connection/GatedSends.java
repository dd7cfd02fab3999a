package io.fieldmouse.broker.connection;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a connection sends once a position is durable: first in, first out, whichever position comes first. */
final class GatedSends {

    private record Gated(long position, Runnable action) {}

    private final Deque<Gated> waiting = new ArrayDeque<>();

    void add(long position, Runnable action) {
        waiting.add(new Gated(position, action));
    }

    /** Lets leave what may, as long as the connection lasts. */
    void drain(long durableUpTo, BooleanSupplier connectionLasts) {
        @Nullable Gated head = waiting.peek();
        while (head != null && head.position <= durableUpTo && connectionLasts.getAsBoolean()) {
            waiting.remove();
            head.action.run();
            head = waiting.peek();
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }
}
