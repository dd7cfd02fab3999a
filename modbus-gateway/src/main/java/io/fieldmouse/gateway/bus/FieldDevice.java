package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.SetRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device as its bus sees it: something to poll request by request, to probe, and to write to. What the requests are is
 * the protocol's affair. Called on the bus's thread alone, except where it says otherwise.
 */
public interface FieldDevice {

    /** Any thread. */
    String name();

    /** From the start of one poll to the start of the next. */
    Duration interval();

    List<PointLabel> points();

    /**
     * How long the device must still be left alone, 0 for not at all: it rests while an answer it owes may be on its way.
     */
    long restNanos();

    /** Goes back to the first request of a poll. */
    void beginPoll();

    /** The points that the poll's next request reads: they tell it from the others, in this poll and in later ones. */
    List<String> nextPoints();

    /** Runs the next request of the poll; after a miss the same one again. */
    StepOutcome nextRequest();

    /**
     * Goes on without the poll's next request.
     *
     * @return whether it was the last
     */
    boolean skipRequest();

    /**
     * Asks for as little as possible, to learn whether the device is there: something that it answered lately, and after
     * a miss something else, as it may answer only some of its requests. Brings no samples.
     */
    StepOutcome probe();

    /**
     * Why this request cannot be carried out, whatever the device's state: no such point, not writable, a value that does
     * not fit. Any thread.
     *
     * @return null when it can
     */
    @Nullable
    String objection(SetRequest request);

    /** Writes, and reads back where the point asks for it. */
    WriteOutcome write(SetRequest request);
}
