package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.Quality;
import io.fieldmouse.gateway.reading.Reading;
import io.fieldmouse.gateway.reading.ReadingSink;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last reading of each point of a device, and from it what a missed poll means, or an answer that the device is
 * busy: a value that was good becomes stale and stays visible; a point that has no value is bad. Each such change is
 * reported once.
 */
final class PointStates {
    private final String device;
    private final Map<String, PointLabel> labels = new LinkedHashMap<>();
    private final Map<String, Reading> last = new HashMap<>();
    private final ReadingSink sink;

    PointStates(FieldDevice device, ReadingSink sink) {
        this.device = device.name();
        device.points().forEach(label -> labels.put(label.name(), label));
        this.sink = sink;
    }

    void sampled(Sample sample) {
        PointLabel label = label(sample.point());
        if (sample.passing()) {
            missed(label, sample.reason(), sample.time());
            return;
        }
        Quality quality = sample.value() == null ? Quality.BAD : Quality.GOOD;
        report(new Reading(
                device, label.name(), sample.value(), quality, sample.reason(), label.unit(), sample.time()));
    }

    /** All of them. */
    void missed(String reason, Instant now) {
        labels.values().forEach(label -> missed(label, reason, now));
    }

    void missed(Collection<String> points, String reason, Instant now) {
        points.forEach(point -> missed(label(point), reason, now));
    }

    private void missed(PointLabel label, String reason, Instant now) {
        Reading before = last.get(label.name());
        if (before == null) {
            report(new Reading(device, label.name(), null, Quality.BAD, reason, label.unit(), now));
        } else if (before.quality() == Quality.GOOD) {
            report(new Reading(
                    device, label.name(), before.value(), Quality.STALE, reason, label.unit(), before.sourceTime()));
        }
    }

    private PointLabel label(String point) {
        PointLabel label = labels.get(point);
        if (label == null) {
            throw new IllegalArgumentException(device + " has no point " + point);
        }
        return label;
    }

    private void report(Reading reading) {
        last.put(reading.point(), reading);
        sink.reading(reading);
    }
}
