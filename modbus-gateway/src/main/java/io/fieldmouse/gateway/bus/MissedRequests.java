package io.fieldmouse.gateway.bus;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which requests of a device's poll get no answer. Each is judged for itself as a device is, by {@link DeviceHealth}:
 * after two misses in a row it is left out, and tried again at growing intervals. Whatever else the device answers does
 * not speak for them. Owned by the bus's thread.
 */
final class MissedRequests {
    private record Missed(DeviceHealth health, String reason) {}

    /** By the points they read; those that answered last are not among them. */
    private final Map<List<String>, Missed> missed = new HashMap<>();

    /** @return whether it is from now on left out, and was not before */
    boolean missed(List<String> points, String reason, long nowNanos) {
        Missed before = missed.get(points);
        DeviceHealth health = (before == null ? new DeviceHealth.Online() : before.health()).missed(nowNanos);
        missed.put(points, new Missed(health, reason));
        return health instanceof DeviceHealth.Silent silent && silent.attempt() == 1;
    }

    /** @return whether it was left out before */
    boolean answered(List<String> points) {
        Missed before = missed.remove(points);
        return before != null && before.health() instanceof DeviceHealth.Silent;
    }

    /** Why the poll goes on without this request now; null when it is to be asked. */
    @Nullable
    String leftOut(List<String> points, long nowNanos) {
        Missed before = missed.get(points);
        return before != null
                        && before.health() instanceof DeviceHealth.Silent silent
                        && nowNanos - silent.nextProbeNanos() < 0
                ? before.reason()
                : null;
    }

    void clear() {
        missed.clear();
    }
}
