package io.fieldmouse.gateway.modbus;

import static io.fieldmouse.gateway.modbus.ScriptedLink.after;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.fieldmouse.gateway.bus.WriteOutcome;
import io.fieldmouse.gateway.link.PortUnavailable;
import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What whoever asked for a write is told, when the line makes it hard to know. */
final class PointWriterTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Duration TIMEOUT = Duration.ofMillis(100);

    private final ScriptedLink link = new ScriptedLink();
    private final RtuLine line = new RtuLine(
            () -> link,
            LineTiming.of(new SerialSettings("x", 9600, SerialSettings.Parity.NONE, 8, 1)),
            new LineCounters(),
            link::now);
    private final ModbusPoint unverified = level(false);
    private final ModbusPoint verified = level(true);

    private static ModbusPoint level(boolean verify) {
        return new ModbusPoint(
                "level",
                RegisterTable.HOLDING_REGISTER,
                100,
                DataType.UINT16,
                0,
                WordOrder.ABCD,
                1,
                0,
                "",
                Writing.MULTIPLE,
                verify);
    }

    @BeforeEach
    void open() throws PortUnavailable {
        line.open();
    }

    private SetOutcome write(int register) {
        return write(unverified, register);
    }

    private SetOutcome write(ModbusPoint point, int register) {
        ModbusDevice device = new ModbusDevice("tank", 5, List.of(point), TIMEOUT, TIMEOUT);
        LineClock clock = new LineClock(() -> Instant.EPOCH.plusNanos(link.now()), link::now);
        WriteOutcome outcome = new PointWriter(device, line, clock).write(point, List.of(register));
        return outcome.outcome();
    }

    @Test
    void anEchoIsEnoughWhereThePointAsksForNoReadBack() {
        link.answersNext(after(20 * MS, "051000640001"));
        assertEquals(new SetOutcome.Written(""), write(7));
    }

    @Test
    void aDeviceBusyWithWhatWasWrittenIsReadBackOnceMore() {
        link.answersNext(after(20 * MS, "051000640001"));
        link.answersNext(after(20 * MS, "058306"));
        link.answersNext(after(20 * MS, "0503020007"));
        assertEquals(new SetOutcome.Verified(new Value.Whole(7)), write(verified, 7));
    }

    @Test
    void whatIsConfirmedAndCannotBeReadBackIsToldAsWrittenWithTheReason() {
        link.answersNext(after(20 * MS, "051000640001"));
        link.answersNext(after(20 * MS, "058306"));
        link.answersNext(after(20 * MS, "058305"));
        assertEquals(
                new SetOutcome.Written(
                        "confirmed, but it could not be read back: exception 5 (acknowledged, takes longer)"),
                write(verified, 7));
        assertEquals(3, link.written.size());
        link.answersNext(after(20 * MS, "051000640001"));
        assertEquals(
                new SetOutcome.Written("confirmed, but it could not be read back: no reply within 100 ms"),
                write(verified, 7));
    }

    @Test
    void theLateEchoOfAnotherWriteIsNotToldAsWritten() {
        link.answersNext(after(560 * MS, "051000640001"));
        String unknown = "the device did not confirm; whether it acted is unknown: no reply within 100 ms";
        assertEquals(new SetOutcome.Failed(unknown), write(7));
        link.pause(line.restNanos(5));
        link.answersNext(after(70 * MS, "0503020007"));
        assertEquals(new SetOutcome.Failed(unknown), write(8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "01 | the device declined to write: exception 1 (illegal function)",
                "02 | the device declined to write: exception 2 (illegal data address)",
                "03 | the device declined to write: exception 3 (illegal data value)",
                "04 | whether it acted is unknown: exception 4 (device failure)",
                "05 | whether it acted is unknown: exception 5 (acknowledged, takes longer)",
                "06 | the device declined to write: exception 6 (device busy)",
                "0a | the device declined to write: exception 10 (gateway path unavailable)",
                "0b | whether it acted is unknown: exception 11 (gateway target does not respond)",
                "63 | whether it acted is unknown: exception 99 (not in the standard)",
            })
    void anExceptionIsToldForWhatItSaysOfTheWrite(String code, String reason) {
        link.answersNext(after(20 * MS, "0590" + code));
        assertEquals(new SetOutcome.Failed(reason), write(7));
    }

    @Test
    void whatWasNeverSentIsToldAsNotWritten() {
        write(7);
        link.pause(line.restNanos(5));
        SetOutcome.Failed failed = assertInstanceOf(SetOutcome.Failed.class, write(8));
        assertEquals("nothing written: no reply within 100 ms", failed.reason());
        for (long i = 0; i < 500; i++) {
            link.arrivesRaw(link.now() + i * 2 * MS, "aa");
        }
        failed = assertInstanceOf(SetOutcome.Failed.class, write(9));
        assertEquals("nothing written: the line is never silent (another master, or noise?)", failed.reason());
    }
}
