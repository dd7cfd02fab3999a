package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request on its way through the bus, with the one who waits for its outcome. */
record Command(SetRequest request, Consumer<SetOutcome> asker) {
    private static final Logger log = LoggerFactory.getLogger(Command.class);

    void answer(SetOutcome outcome) {
        try {
            asker.accept(outcome);
        } catch (RuntimeException e) {
            // The write is done; whoever asked must not stop the bus.
            log.error("outcome not taken device={} point={} outcome={}", request.device(), request.point(), outcome, e);
        }
    }

    void refuse(String reason) {
        answer(new SetOutcome.Refused(reason));
    }
}
