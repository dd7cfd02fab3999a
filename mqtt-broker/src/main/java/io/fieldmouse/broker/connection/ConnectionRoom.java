package io.fieldmouse.broker.connection;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** How many connections there may be at one time: of a listener, and of all listeners together. For any thread. */
public final class ConnectionRoom {
    private final int most;
    private final @Nullable ConnectionRoom whole;
    private final AtomicInteger taken = new AtomicInteger();

    private ConnectionRoom(int most, @Nullable ConnectionRoom whole) {
        this.most = most;
        this.whole = whole;
    }

    /** For all listeners together. */
    public static ConnectionRoom of(int most) {
        return new ConnectionRoom(most, null);
    }

    /** For one listener, within this room. */
    ConnectionRoom partOf(int mostOfPart) {
        return new ConnectionRoom(mostOfPart, this);
    }

    /** Takes a place; false when there is none. */
    boolean enter() {
        if (taken.incrementAndGet() <= most && (whole == null || whole.enter())) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    void leave() {
        taken.decrementAndGet();
        if (whole != null) {
            whole.leave();
        }
    }
}
