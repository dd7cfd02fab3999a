package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersResponse;
import io.fieldmouse.gateway.link.SerialLink;
import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.gateway.modbus.Exchange.Fault;
import io.fieldmouse.gateway.modbus.LineCounters.Kind;
import io.fieldmouse.sim.Fault.CorruptCrc;
import io.fieldmouse.sim.Fault.Late;
import io.fieldmouse.sim.Fault.Silent;
import io.fieldmouse.sim.Fault.WrongUnit;
import io.fieldmouse.sim.Trigger;
import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.Parity;
import io.fieldmouse.sim.modbus.PointConfig;
import io.fieldmouse.sim.modbus.SimulatedLine;
import io.fieldmouse.sim.modbus.SlaveConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The line against simulated slaves on a pseudo-terminal, in real time. */
final class RtuLineOnPtyTest {
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(2);
    private static final long SHORT_TIMEOUT = TimeUnit.MILLISECONDS.toNanos(150);

    private final LineCounters counters = new LineCounters();
    private SimulatedLine simulated;
    private RtuLine line;

    @BeforeEach
    void openLine() throws IOException {
        simulated = SimulatedLine.start(LineConfig.paced(
                "line",
                115_200,
                Parity.NONE,
                SlaveConfig.of(5, PointConfig.holdingRegister(200, 2222), PointConfig.holdingRegister(300, 3333)),
                SlaveConfig.of(200, PointConfig.holdingRegister(1, 6006))));
        SerialSettings settings =
                new SerialSettings(simulated.path().toString(), 115_200, SerialSettings.Parity.NONE, 8, 1);
        line = new RtuLine(() -> SerialLink.open(settings), LineTiming.of(settings), counters, System::nanoTime);
        line.open();
    }

    @AfterEach
    void closeLine() throws IOException {
        line.close();
        simulated.close();
    }

    @Test
    void aRegisterIsReadThroughARealPort() {
        assertEquals(2222, valueOf(line.exchange(read(5, 200), TIMEOUT)));
        assertEquals(1, counters.of(5, Kind.REPLIES));
    }

    @Test
    void aUnitAbove127IsRead() {
        Exchange.Reply reply = assertInstanceOf(Exchange.Reply.class, line.exchange(read(200, 1), TIMEOUT));
        assertEquals(200, reply.response().getUnitID());
        assertEquals(6006, valueOf(reply));
    }

    @Test
    void anExceptionReplyIsAValueWithItsCode() {
        Exchange exchange = line.exchange(read(5, 999), TIMEOUT);
        assertEquals(new Exchange.SlaveException(2), exchange);
        assertEquals(1, counters.of(5, Kind.SLAVE_EXCEPTIONS));
    }

    @Test
    void aSilentUnitTimesOutAndRestsWhileOthersAnswer() {
        simulated.slave(5).setFaults(new Silent(Trigger.always()));
        assertFault(Fault.TIMEOUT, line.exchange(read(5, 200), SHORT_TIMEOUT));
        assertTrue(line.restNanos(5) > 0, "the silent unit rests");
        assertEquals(6006, valueOf(line.exchange(read(200, 1), TIMEOUT)));
    }

    @Test
    void aDamagedReplyIsCountedAndTheNextOneIsRead() {
        simulated.slave(5).setFaults(new CorruptCrc(Trigger.nthRequest(1)));
        assertFault(Fault.BAD_CRC, line.exchange(read(5, 200), TIMEOUT));
        assertEquals(2222, valueOf(line.exchange(read(5, 200), TIMEOUT)));
        assertEquals(1, counters.of(5, Fault.BAD_CRC));
    }

    @Test
    void aReplyOfAnotherUnitIsNoAnswer() {
        simulated.slave(5).setFaults(new WrongUnit(Trigger.always()));
        assertFault(Fault.WRONG_UNIT, line.exchange(read(5, 200), SHORT_TIMEOUT));
    }

    @Test
    void aLateReplyIsRecognisedEndsTheRestAndIsNeverDelivered() throws IOException {
        simulated.slave(5).setFaults(new Late(Duration.ofMillis(300), Trigger.nthRequest(1)));
        assertFault(Fault.TIMEOUT, line.exchange(read(5, 200), SHORT_TIMEOUT));
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (counters.of(5, Kind.LATE_REPLIES) == 0) {
            assertTrue(System.nanoTime() < giveUp, "the late reply never came");
            line.listen();
        }
        assertTrue(line.restNanos(5) == 0, "the rest is over");
        assertEquals(3333, valueOf(line.exchange(read(5, 300), TIMEOUT)));
    }

    @Test
    void aPulledAdapterIsAValueToo() throws IOException {
        simulated.unplug();
        assertInstanceOf(Exchange.PortLost.class, line.exchange(read(5, 200), TIMEOUT));
    }

    private static void assertFault(Fault fault, Exchange exchange) {
        assertEquals(fault, assertInstanceOf(Exchange.NoReply.class, exchange).fault(), exchange.toString());
    }

    static ModbusRequest read(int unit, int address) {
        ModbusRequest request = new ReadMultipleRegistersRequest(address, 1);
        request.setUnitID(unit);
        return request;
    }

    private static int valueOf(Exchange exchange) {
        Exchange.Reply reply = assertInstanceOf(Exchange.Reply.class, exchange, exchange.toString());
        return ((ReadMultipleRegistersResponse) reply.response()).getRegisterValue(0);
    }
}
