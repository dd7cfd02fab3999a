package io.fieldmouse.sim.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fieldmouse.sim.Fault;
import io.fieldmouse.sim.Signal;
import io.fieldmouse.sim.Trigger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A master by other people, mbpoll on libmodbus, reads and writes the simulated slaves. */
final class MbpollTest {
    private static final Path MBPOLL = Path.of("/usr/bin/mbpoll");

    private SimulatedLine line = startLine(0);

    private static SimulatedLine startLine(int baud) {
        SlaveConfig slave = SlaveConfig.of(
                17,
                PointConfig.coil(0, true),
                PointConfig.coil(1, false).times(15),
                PointConfig.discreteInput(4, true),
                PointConfig.discreteInput(5, false),
                PointConfig.inputRegister(100, 4711),
                PointConfig.holdingRegister(0, 0).times(125),
                PointConfig.of(Table.HOLDING_REGISTER, 200, RegisterType.FLOAT32, new Signal.Constant(21.5)),
                PointConfig.of(Table.INPUT_REGISTER, 300, RegisterType.INT32, new Signal.Constant(-70000))
                        .ordered(RegisterOrder.CDAB));
        try {
            return SimulatedLine.start(
                    baud == 0
                            ? LineConfig.unpaced("mbpoll", slave)
                            : LineConfig.paced("mbpoll", baud, Parity.EVEN, slave));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void requireMbpoll() {
        if (!"1".equals(System.getenv("FIELDMOUSE_CI"))) {
            assumeTrue(Files.isExecutable(MBPOLL), "mbpoll is not installed: apt install mbpoll");
        }
        assertTrue(Files.isExecutable(MBPOLL), "mbpoll is not installed: apt install mbpoll");
    }

    @AfterEach
    void closeLine() throws IOException {
        line.close();
    }

    @Test
    void readsCoils() {
        String out = succeed("-t", "0", "-r", "1", "-c", "3");
        assertTrue(out.contains("[1]: \t1") && out.contains("[2]: \t0") && out.contains("[3]: \t0"), out);
        assertEquals("11 01", seen(0).substring(0, 5));
    }

    @Test
    void readsDiscreteInputs() {
        String out = succeed("-t", "1", "-r", "5", "-c", "2");
        assertTrue(out.contains("[5]: \t1") && out.contains("[6]: \t0"), out);
        assertEquals("11 02", seen(0).substring(0, 5));
    }

    @Test
    void readsInputRegisters() {
        String out = succeed("-t", "3", "-r", "101");
        assertTrue(out.contains("[101]: \t4711"), out);
        assertEquals("11 04", seen(0).substring(0, 5));
    }

    @Test
    void reads125HoldingRegisters() {
        line.slave(17).store(Table.HOLDING_REGISTER, 124, 99);
        String out = succeed("-t", "4", "-r", "1", "-c", "125");
        assertTrue(out.contains("[125]: \t99"), out);
        assertEquals("11 03", seen(0).substring(0, 5));
    }

    @Test
    void readsFloatsAndLongs() {
        String bigEndian = succeed("-t", "4:float", "-B", "-r", "201");
        assertTrue(bigEndian.contains("[201]: \t21.5"), bigEndian);
        String wordsSwapped = succeed("-t", "3:int", "-r", "301");
        assertTrue(wordsSwapped.contains("[301]: \t-70000"), wordsSwapped);
    }

    @Test
    void writesOneCoil() {
        succeed("-t", "0", "-r", "2", "--", "1");
        assertEquals("11 05 00 01 ff 00", seen(0).substring(0, 17));
        assertEquals(1, line.slave(17).read(Table.COIL, 1));
    }

    @Test
    void writesManyCoils() {
        succeed("-t", "0", "-r", "1", "--", "0", "1", "1", "0", "1", "0", "0", "0", "1");
        assertEquals("11 0f", seen(0).substring(0, 5));
        int[] expected = {0, 1, 1, 0, 1, 0, 0, 0, 1};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], line.slave(17).read(Table.COIL, i), "coil " + i);
        }
    }

    @Test
    void writesOneRegister() {
        succeed("-t", "4", "-r", "8", "--", "1234");
        assertEquals("11 06 00 07 04 d2", seen(0).substring(0, 17));
        assertEquals(1234, line.slave(17).read(Table.HOLDING_REGISTER, 7));
    }

    @Test
    void writesManyRegisters() {
        succeed("-t", "4", "-r", "11", "--", "1", "2", "65535");
        assertEquals("11 10", seen(0).substring(0, 5));
        assertEquals(1, line.slave(17).read(Table.HOLDING_REGISTER, 10));
        assertEquals(65535, line.slave(17).read(Table.HOLDING_REGISTER, 12));
    }

    @Test
    void understandsExceptionsAndComplainsAboutSpoiltReplies() {
        assertTrue(fail("-t", "4", "-r", "500").contains("Illegal data address"));
        assertTrue(fail("-t", "4", "-r", "201", "--", "7").contains("Illegal data address"));
        line.slave(17).setFaults(new Fault.ExceptionReply(6, Trigger.always()));
        assertTrue(fail("-t", "4", "-r", "1").contains("busy"));
        line.slave(17).setFaults(new Fault.CorruptCrc(Trigger.always()));
        assertTrue(fail("-t", "4", "-r", "1").contains("Invalid CRC"));
        line.slave(17).setFaults(new Fault.Silent(Trigger.always()));
        assertTrue(fail("-t", "4", "-r", "1", "-o", "0.2").contains("timed out"));
        line.slave(17).setFaults();
        succeed("-t", "4", "-r", "1");
    }

    @Test
    void readsThroughAPacedLine() throws IOException {
        line.close();
        line = startLine(19200);
        String out = succeed("-t", "3", "-r", "101");
        assertTrue(out.contains("[101]: \t4711"), out);
    }

    private String seen(int index) {
        return line.traffic().get(index).hex();
    }

    private String succeed(String... arguments) {
        Outcome outcome = run(arguments);
        assertEquals(0, outcome.status(), outcome.output());
        return outcome.output();
    }

    private String fail(String... arguments) {
        Outcome outcome = run(arguments);
        assertNotEquals(0, outcome.status(), outcome.output());
        return outcome.output();
    }

    private record Outcome(int status, String output) {}

    private Outcome run(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(MBPOLL.toString(), "-m", "rtu", "-a", "17", "-b", "19200", "-P", "even", "-1", "-o", "5"));
        List<String> values = new ArrayList<>();
        for (String argument : arguments) {
            boolean isValue = argument.equals("--") || !values.isEmpty();
            (isValue ? values : command).add(argument);
        }
        // mbpoll wants the port before the values.
        command.add(line.path().toString());
        command.addAll(values);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "mbpoll does not end");
            return new Outcome(process.exitValue(), String.join(" ", command) + "\n" + output);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
