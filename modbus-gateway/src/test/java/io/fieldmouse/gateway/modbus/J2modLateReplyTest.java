package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.ghgande.j2mod.modbus.ModbusException;
import com.ghgande.j2mod.modbus.facade.ModbusSerialMaster;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersResponse;
import com.ghgande.j2mod.modbus.util.SerialParameters;
import io.fieldmouse.gateway.link.SerialLink;
import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.gateway.modbus.Exchange.Fault;
import io.fieldmouse.sim.Fault.Late;
import io.fieldmouse.sim.Trigger;
import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.PointConfig;
import io.fieldmouse.sim.modbus.SimulatedLine;
import io.fieldmouse.sim.modbus.SlaveConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Why the line is ours (docs/decisions/0003-own-rtu-line.md): the same slave, whose first reply comes after the timeout,
 * asked by j2mod's own master and by ours. When the first test fails after an update of j2mod, the decision may be taken
 * anew.
 */
final class J2modLateReplyTest {
    private static final int TIMEOUT_MILLIS = 200;
    private static final int LATENESS_MILLIS = 600;

    private SimulatedLine simulated;

    @BeforeEach
    void startLine() throws IOException {
        SlaveConfig slave = SlaveConfig.of(
                        5, PointConfig.holdingRegister(200, 2222), PointConfig.holdingRegister(300, 3333))
                .withFaults(new Late(
                        Duration.ofMillis(LATENESS_MILLIS), Trigger.always().touching(200, 200)));
        simulated = SimulatedLine.start(LineConfig.unpaced("line", slave));
    }

    @AfterEach
    void stopLine() throws IOException {
        simulated.close();
    }

    @Test
    void j2modReturnsTheEarlierRegistersValueAsGood() throws Exception {
        SerialParameters parameters = new SerialParameters();
        parameters.setPortName(simulated.path().toString());
        parameters.setBaudRate(19_200);
        parameters.setOpenDelay(0);
        ModbusSerialMaster master = new ModbusSerialMaster(parameters, TIMEOUT_MILLIS);
        master.connect();
        // Without effect before connect().
        master.setRetries(1);
        try {
            assertThrows(ModbusException.class, () -> master.readMultipleRegisters(5, 200, 1));
            // Ask for the other register when the late reply is about to come; it answers only after that.
            simulated
                    .slave(5)
                    .setFaults(new Late(
                            Duration.ofMillis(2 * LATENESS_MILLIS),
                            Trigger.always().touching(300, 300)));
            master.setTimeout(4 * TIMEOUT_MILLIS);
            assertEquals(
                    2222,
                    master.readMultipleRegisters(5, 300, 1)[0].getValue(),
                    "register 300 holds 3333; j2mod takes register 200's late reply for it");
        } finally {
            master.disconnect();
        }
    }

    @Test
    void oursSetsTheLateReplyAsideAndReturnsTheRightValue() throws IOException {
        LineCounters counters = new LineCounters();
        SerialSettings settings =
                new SerialSettings(simulated.path().toString(), 19_200, SerialSettings.Parity.NONE, 8, 1);
        RtuLine line =
                new RtuLine(() -> SerialLink.open(settings), LineTiming.of(settings), counters, System::nanoTime);
        line.open();
        try {
            Exchange first =
                    line.exchange(RtuLineOnPtyTest.read(5, 200), TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS));
            assertEquals(
                    Fault.TIMEOUT,
                    assertInstanceOf(Exchange.NoReply.class, first).fault());
            while (line.restNanos(5) > 0) {
                line.listen();
            }
            Exchange second = line.exchange(RtuLineOnPtyTest.read(5, 300), TimeUnit.SECONDS.toNanos(5));
            Exchange.Reply reply = assertInstanceOf(Exchange.Reply.class, second);
            assertEquals(3333, ((ReadMultipleRegistersResponse) reply.response()).getRegisterValue(0));
            assertEquals(1, counters.of(5, LineCounters.Kind.LATE_REPLIES));
        } finally {
            line.close();
        }
    }
}
