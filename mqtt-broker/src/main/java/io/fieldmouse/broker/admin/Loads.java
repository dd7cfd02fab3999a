package io.fieldmouse.broker.admin;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The moving averages of every {@link Load}, over each of the windows. Belongs to one lane. */
final class Loads {
    /** In minutes. */
    static final List<Integer> WINDOWS = List.of(1, 5, 15);

    private final Map<Load, List<MovingAverage>> averages = new EnumMap<>(Load.class);

    Loads() {
        for (Load load : Load.values()) {
            averages.put(load, WINDOWS.stream().map(MovingAverage::new).toList());
        }
    }

    /** @param elapsedMillis since the last call; nothing happens when no time has passed */
    void advance(Figures figures, long elapsedMillis) {
        if (elapsedMillis > 0) {
            averages.forEach(
                    (load, over) -> over.forEach(average -> average.advance(load.total(figures), elapsedMillis)));
        }
    }

    double perMinute(Load load, int window) {
        return Objects.requireNonNull(averages.get(load))
                .get(WINDOWS.indexOf(window))
                .perMinute();
    }
}
