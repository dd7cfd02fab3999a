package io.fieldmouse.gateway.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.gateway.LogLines;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class FaultLogTest {
    private final FaultLog faults = new FaultLog(LoggerFactory.getLogger(FaultLogTest.class), "bus=b");

    /** A fault of a place of its own. */
    private static Throwable at(int line) {
        Throwable fault = new IllegalStateException("message " + Math.random());
        fault.setStackTrace(new StackTraceElement[] {new StackTraceElement("Broken", "method", "Broken.java", line)});
        return fault;
    }

    private static List<String> errors(LogLines log) {
        return log.of(FaultLogTest.class).stream()
                .filter(line -> line.startsWith("ERROR"))
                .toList();
    }

    @Test
    void aFaultThatGoesOnIsToldOnceAnHourWithHowOftenItWasMet() {
        try (LogLines log = new LogLines()) {
            long start = Long.MAX_VALUE - 5;
            for (long after = 0; after < FaultLog.AGAIN_NANOS; after += FaultLog.AGAIN_NANOS / 10) {
                faults.tell(at(1), start + after);
            }
            assertEquals(List.of("ERROR internal error, going on bus=b"), errors(log));
            faults.tell(at(1), start + FaultLog.AGAIN_NANOS);
            assertEquals(
                    "ERROR internal error, going on bus=b repeats=9",
                    errors(log).get(1));
        }
    }

    @Test
    void faultsThatAlternateAreToldOnceEach() {
        try (LogLines log = new LogLines()) {
            for (int i = 0; i < 10; i++) {
                faults.tell(at(1), i);
                faults.tell(at(2), i);
            }
            assertEquals(2, errors(log).size());
        }
    }

    @Test
    void ofTooManyFaultsTheOneToldLongestAgoIsForgotten() {
        try (LogLines log = new LogLines()) {
            for (int line = 0; line <= FaultLog.FAULTS_MAX; line++) {
                faults.tell(at(line), 0);
            }
            faults.tell(at(FaultLog.FAULTS_MAX), 0);
            faults.tell(at(1), 0);
            assertEquals(FaultLog.FAULTS_MAX + 1, errors(log).size());
            faults.tell(at(0), 0);
            assertEquals(FaultLog.FAULTS_MAX + 2, errors(log).size());
        }
    }
}
