package io.fieldmouse.gateway.modbus;

import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import io.fieldmouse.gateway.bus.Sample;
import io.fieldmouse.gateway.bus.StepOutcome;
import io.fieldmouse.gateway.bus.WriteOutcome;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.Value;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Writes one point and reads it back. {@link Writing} says with which function codes; one bit of a
 * register is read, changed and written, so that what the device itself changes in that register between
 * the two is lost. What was written is compared as registers, because equal floats may differ there and the reverse.
 *
 * <p>Never tried again by itself: after a lost reply nobody knows whether the device acted.
 */
final class PointWriter {
    private final ModbusDevice device;
    private final RtuLine line;
    private final LineClock clock;

    PointWriter(ModbusDevice device, RtuLine line, LineClock clock) {
        this.device = device;
        this.line = line;
        this.clock = clock;
    }

    /** @param places as {@link RegisterEncoder} gives them */
    WriteOutcome write(ModbusPoint point, List<Integer> places) {
        ReadRequest itself = ReadRequest.of(List.of(point));
        if (point.table() == RegisterTable.COIL) {
            return write(
                    itself,
                    point,
                    places,
                    exchange(
                            Messages.writeCoil(device.unitId(), point.address(), places.get(0) == 1, point.writing())));
        }
        List<Integer> registers = places;
        if (point.type() == DataType.BIT) {
            Exchange before = exchange(Messages.read(device.unitId(), itself));
            if (!(before instanceof Exchange.Reply reply)) {
                return failed("nothing written: the register could not be read first", before);
            }
            registers = List.of(withBit(point, Messages.places(itself, reply.response())[0], places.get(0) == 1));
        }
        return write(
                itself,
                point,
                registers,
                exchange(Messages.writeRegisters(device.unitId(), point.address(), registers, point.writing())));
    }

    private static int withBit(ModbusPoint point, int register, boolean on) {
        int word = RegisterDecoder.word(point.order(), register);
        int changed = on ? word | (1 << point.bit()) : word & ~(1 << point.bit());
        return RegisterDecoder.word(point.order(), changed);
    }

    private WriteOutcome write(ReadRequest itself, ModbusPoint point, List<Integer> written, Exchange acknowledged) {
        if (!(acknowledged instanceof Exchange.Reply)) {
            return failed(notAcknowledged(acknowledged), acknowledged);
        }
        if (!point.verify()) {
            return new WriteOutcome(new SetOutcome.Written(""), new StepOutcome.Answered(List.of(), false));
        }
        Exchange readBack = readBack(itself);
        if (!(readBack instanceof Exchange.Reply reply)) {
            String what = "confirmed, but it could not be read back: " + inWords(readBack);
            return new WriteOutcome(new SetOutcome.Written(what), contact(readBack));
        }
        int[] held = Messages.places(itself, reply.response());
        return compared(point, written, held, clock.instantOf(reply.lastByteNanos()));
    }

    /** A device that is busy with what was written is asked once more. */
    private Exchange readBack(ReadRequest itself) {
        Exchange first = exchange(Messages.read(device.unitId(), itself));
        boolean busy = first instanceof Exchange.SlaveException exception && Messages.meansLater(exception.code());
        return busy ? exchange(Messages.read(device.unitId(), itself)) : first;
    }

    private static String notAcknowledged(Exchange exchange) {
        if (exchange instanceof Exchange.SlaveException exception) {
            return Messages.meansNothingDone(exception.code())
                    ? "the device declined to write"
                    : "whether it acted is unknown";
        }
        return exchange instanceof Exchange.NoReply missed && !missed.asked()
                ? "nothing written"
                : "the device did not confirm; whether it acted is unknown";
    }

    private static WriteOutcome compared(ModbusPoint point, List<Integer> written, int[] held, Instant time) {
        int[] wanted = written.stream().mapToInt(Integer::intValue).toArray();
        Value value = RegisterDecoder.decode(point, held, 0);
        if (value == null) {
            String reason = "written, but the device now holds no number";
            return outcome(new SetOutcome.Failed(reason), Sample.bad(point.name(), reason, time));
        }
        Sample fresh = Sample.of(point.name(), value, time);
        // Of a register shared with other bits only the written one counts.
        boolean equal = point.type() == DataType.BIT
                ? value.equals(RegisterDecoder.decode(point, wanted, 0))
                : Arrays.equals(wanted, held);
        return outcome(
                equal
                        ? new SetOutcome.Verified(value)
                        : new SetOutcome.Failed("written and confirmed, but the device holds " + inWords(value)
                                + " (registers " + hex(held) + ", written " + hex(wanted) + ")"),
                fresh);
    }

    private static WriteOutcome outcome(SetOutcome outcome, Sample sample) {
        return new WriteOutcome(outcome, new StepOutcome.Answered(List.of(sample), false));
    }

    private WriteOutcome failed(String what, Exchange exchange) {
        return new WriteOutcome(new SetOutcome.Failed(what + ": " + inWords(exchange)), contact(exchange));
    }

    /** Why an exchange brought no reply. */
    private static String inWords(Exchange exchange) {
        if (exchange instanceof Exchange.SlaveException exception) {
            return Messages.exceptionInWords(exception.code());
        }
        return exchange instanceof Exchange.PortLost lost ? lost.detail() : ((Exchange.NoReply) exchange).detail();
    }

    /** What an exchange that brought no reply says of the device. */
    private StepOutcome contact(Exchange exchange) {
        if (exchange instanceof Exchange.SlaveException) {
            return new StepOutcome.Answered(List.of(), false);
        }
        return exchange instanceof Exchange.PortLost lost
                ? new StepOutcome.PortLost(lost.detail())
                : new StepOutcome.Missed("unit " + device.unitId() + ": " + inWords(exchange));
    }

    private Exchange exchange(ModbusRequest request) {
        return line.exchange(request, device.timeout().toNanos());
    }

    private static String inWords(Value value) {
        if (value instanceof Value.Whole whole) {
            return Long.toString(whole.number());
        }
        if (value instanceof Value.Decimal decimal) {
            return Double.toString(decimal.number());
        }
        return ((Value.Flag) value).on() ? "on" : "off";
    }

    private static String hex(int[] registers) {
        StringBuilder text = new StringBuilder();
        for (int register : registers) {
            text.append(text.isEmpty() ? "" : " ").append(String.format("%04x", register));
        }
        return text.toString();
    }
}
