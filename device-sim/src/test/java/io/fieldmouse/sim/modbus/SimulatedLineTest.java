package io.fieldmouse.sim.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.sim.Fault;
import io.fieldmouse.sim.Signal;
import io.fieldmouse.sim.Trigger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole line on a real port. Times are checked from below only: the machine may be slow, never too fast. */
final class SimulatedLineTest {
    private static final String READ_1 = "01 03 00 00 00 01 84 0a";
    private static final String REPLY_1 = "01 03 02 00 2a 39 9b";
    private static final String READ_2 = "02 03 00 00 00 01 84 39";
    private static final String REPLY_2 = "02 03 02 00 07 bd 86";
    private static final SlaveConfig UNIT_1 = SlaveConfig.of(1, PointConfig.holdingRegister(0, 42));
    private static final SlaveConfig UNIT_2 = SlaveConfig.of(2, PointConfig.holdingRegister(0, 7));

    @TempDir
    private Path directory = Path.of("replaced by JUnit");

    private SimulatedLine line = start(LineConfig.unpaced("test", UNIT_1, UNIT_2));
    private RawMaster master = open(line);

    @AfterEach
    void close() throws IOException {
        line.close();
        master.close();
    }

    @Test
    void everySplitOfARequestIntoTwoWritesIsAnswered() throws IOException {
        byte[] request = RawMaster.bytes(READ_1);
        for (int split = 1; split < request.length; split++) {
            master.send(request, 0, split);
            master.send(request, split, request.length - split);
            master.expect(REPLY_1);
        }
    }

    @Test
    void requestAfterGarbageIsAnsweredWhenTheGarbageIsForgotten() throws IOException {
        master.send("01 03 de ad be ef");
        RawMaster.await("the garbage to be given up", () -> line.counters().badFrames() == 1);
        master.exchange(READ_1, REPLY_1);
        assertEquals(
                List.of("01 03 de ad be ef", READ_1, REPLY_1),
                line.traffic().stream().map(SeenFrame::hex).toList());
    }

    @Test
    void frameWithWrongCheckSumIsIgnored() throws IOException {
        master.send("01 03 00 00 00 01 84 0b");
        RawMaster.await("the frame to be given up", () -> line.counters().badFrames() == 1);
        master.exchange(READ_2, REPLY_2);
        assertEquals(0, line.slave(1).counters().requests());
    }

    @Test
    void pacedReplyTakesItsTimeOnTheWire() throws IOException {
        restart(LineConfig.paced("paced", 9600, Parity.NONE, UNIT_1));
        long begin = System.nanoTime();
        master.send(READ_1);
        RawMaster.await("the first byte", this::anyAvailable);
        long first = System.nanoTime() - begin;
        master.expect(REPLY_1);
        long last = System.nanoTime() - begin;
        // Eight characters there, 3.5 of silence, one or all seven back.
        assertTrue(first >= characters(9600, 10, 8 + 3.5 + 1), "first byte after " + first + " ns");
        assertTrue(last >= characters(9600, 10, 8 + 3.5 + 7), "last byte after " + last + " ns");
    }

    @Test
    void trafficTellsWhenEachFrameWasOnTheWire() throws IOException {
        restart(LineConfig.paced("paced", 19200, Parity.EVEN, UNIT_1));
        master.exchange(READ_1, REPLY_1);
        master.exchange(READ_1, REPLY_1);
        List<SeenFrame> seen = line.traffic();
        assertEquals(
                List.of(SeenFrame.Kind.REQUEST, SeenFrame.Kind.REPLY, SeenFrame.Kind.REQUEST, SeenFrame.Kind.REPLY),
                seen.stream().map(SeenFrame::kind).toList());
        for (SeenFrame frame : seen) {
            long length = frame.endNanos() - frame.startNanos();
            assertTrue(length >= frame.bytes().length * 572_916L, frame + " took " + length);
            assertEquals(1, frame.unitId());
        }
        for (int reply = 1; reply < 4; reply += 2) {
            long silence = seen.get(reply).startNanos() - seen.get(reply - 1).endNanos();
            assertTrue(silence >= 2_005_206, "silence before the reply is " + silence);
        }
        assertTrue(seen.get(2).startNanos() - seen.get(1).endNanos() >= 0);
        assertEquals(0, line.counters().collisions());
    }

    @Test
    void turnaroundDelaysTheReply() throws IOException {
        restart(LineConfig.unpaced("slow", UNIT_1.withTurnaround(Duration.ofMillis(80))));
        long begin = System.nanoTime();
        master.exchange(READ_1, REPLY_1);
        assertTrue(System.nanoTime() - begin >= TimeUnit.MILLISECONDS.toNanos(80));
    }

    @Test
    void masterThatSpeaksIntoAReplyIsCounted() throws IOException {
        restart(LineConfig.paced(
                "collide",
                300,
                Parity.NONE,
                SlaveConfig.of(1, PointConfig.holdingRegister(0, 42).times(100))));
        master.send("01 03 00 00 00 64 44 21");
        RawMaster.await("the reply to begin", this::anyAvailable);
        master.send("ff");
        RawMaster.await("the collision", () -> line.counters().collisions() > 0);
    }

    @Test
    void silentSlaveNeitherAnswersNorExecutesAndNeighboursDo() throws IOException {
        line.slave(1).setFaults(new Fault.Silent(Trigger.always()));
        master.send(READ_1);
        master.exchange(READ_2, REPLY_2);
        master.send("01 06 00 00 00 63 c9 e3");
        master.exchange(READ_2, REPLY_2);
        assertEquals(42, line.slave(1).read(Table.HOLDING_REGISTER, 0));
        assertEquals(new SimulatedSlave.Counters(2, 0, 0, 2), line.slave(1).counters());
        line.slave(1).setFaults();
        master.exchange(READ_1, REPLY_1);
    }

    @Test
    void silentSlaveIsDeafToBroadcastsToo() throws IOException {
        line.slave(1).setFaults(new Fault.Silent(Trigger.always()));
        master.send("00 06 00 00 00 63 c8 32");
        RawMaster.await("unit 2 to hear it", () -> line.slave(2).read(Table.HOLDING_REGISTER, 0) == 99);
        line.slave(1).setFaults();
        master.exchange(READ_1, REPLY_1);
    }

    @Test
    void lateReplyComesAfterItsDelayAndHoldsUpNobody() throws IOException {
        line.slave(1).setFaults(new Fault.Late(Duration.ofMillis(1500), Trigger.nthRequest(1)));
        long begin = System.nanoTime();
        master.send(READ_1);
        master.exchange(READ_2, REPLY_2);
        master.expect(REPLY_1);
        assertTrue(System.nanoTime() - begin >= TimeUnit.MILLISECONDS.toNanos(1500));
        master.exchange(READ_1, REPLY_1);
    }

    @Test
    void corruptCrcSpoilsOnlyTheCheckSum() throws IOException {
        line.slave(1).setFaults(new Fault.CorruptCrc(Trigger.everyNthRequest(2)));
        master.exchange(READ_1, REPLY_1);
        master.exchange(READ_1, "01 03 02 00 2a c6 64");
        master.exchange(READ_1, REPLY_1);
    }

    @Test
    void exceptionFaultExecutesNothing() throws IOException {
        line.slave(1).setFaults(new Fault.ExceptionReply(4, Trigger.always()));
        master.exchange(READ_1, "01 83 04 40 f3");
        master.exchange("01 06 00 00 00 63 c9 e3", "01 86 04 43 a3");
        assertEquals(42, line.slave(1).read(Table.HOLDING_REGISTER, 0));
        assertEquals(new SimulatedSlave.Counters(2, 2, 2, 2), line.slave(1).counters());
    }

    @Test
    void wrongUnitIsTheNextOneWithACorrectCheckSum() throws IOException {
        line.slave(1).setFaults(new Fault.WrongUnit(Trigger.always()));
        master.exchange(READ_1, "02 03 02 00 2a 7d 9b");
    }

    @Test
    void faultOfAnAddressRangeLeavesOtherAddressesAlone() throws IOException {
        line.slave(1).define(PointConfig.holdingRegister(9, 42));
        line.slave(1)
                .setFaults(new Fault.ExceptionReply(4, Trigger.nthRequest(2).touching(9, 20)));
        String readNine = "01 03 00 09 00 01 54 08";
        master.exchange(readNine, REPLY_1);
        master.exchange(READ_1, REPLY_1);
        master.exchange(readNine, "01 83 04 40 f3");
        master.exchange(readNine, REPLY_1);
    }

    @Test
    void faultWindowRunsFromTheStartOfTheLine() throws IOException {
        Duration day = Duration.ofDays(1);
        Trigger sinceStart = Trigger.window(Duration.ZERO, day, Duration.ZERO);
        line.slave(1).setFaults(new Fault.ExceptionReply(4, sinceStart));
        master.exchange(READ_1, "01 83 04 40 f3");
        line.slave(1).setFaults(new Fault.ExceptionReply(4, Trigger.window(day, day, Duration.ZERO)));
        master.exchange(READ_1, REPLY_1);
    }

    @Test
    void signalRunsFromTheStartOfTheLine() throws IOException {
        Signal rising = new Signal.Ramp(0, 1, Duration.ofSeconds(4));
        line.slave(1).define(PointConfig.of(Table.DISCRETE_INPUT, 0, RegisterType.BIT, rising));
        RawMaster.await("the signal to go on", () -> exchangeAndReadBit() == 1);
    }

    @Test
    void userMayCloseAndReopenThePort() throws IOException {
        for (int user = 0; user < 3; user++) {
            master.exchange(READ_1, REPLY_1);
            master.close();
            master = open(line);
        }
        master.exchange(READ_1, REPLY_1);
    }

    @Test
    void unpluggedLineIsGoneAndComesBackUnderItsNameWithItsMemory() throws IOException {
        Path link = directory.resolve("ttySIM0");
        restart(LineConfig.unpaced("plug", UNIT_1).withLink(link));
        line.slave(1).store(Table.HOLDING_REGISTER, 0, 42);
        assertEquals(link, line.path());
        line.unplug();
        line.unplug();
        assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
        assertThrows(IllegalStateException.class, line::path);
        assertThrows(IOException.class, () -> master.send(READ_1));
        line.plugIn();
        line.plugIn();
        master.close();
        master = open(line);
        master.exchange(READ_1, REPLY_1);
        assertEquals(1, line.counters().requests());
    }

    @Test
    void closedLineEndsItsThreadAndStaysClosed() throws IOException {
        assertTrue(threadRuns("sim-test"));
        line.close();
        line.close();
        assertFalse(threadRuns("sim-test"));
        assertThrows(IllegalStateException.class, line::plugIn);
    }

    @Test
    void trafficIsBounded() throws IOException {
        for (int i = 0; i < 4100; i++) {
            master.exchange(READ_1, REPLY_1);
        }
        assertEquals(8192, line.traffic().size());
        line.clearTraffic();
        assertEquals(List.of(), line.traffic());
    }

    @Test
    void unknownUnitIsNamedWithThoseThereAre() {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> line.slave(9));
        assertEquals("line test has no unit 9, only [1, 2]", refusal.getMessage());
    }

    @Test
    void linesDoNotShareAPort() throws IOException {
        try (SimulatedLine other = SimulatedLine.start(LineConfig.unpaced("other", UNIT_2))) {
            assertNotEquals(line.path(), other.path());
        }
    }

    private int exchangeAndReadBit() {
        try {
            master.send("01 02 00 00 00 01 b9 ca");
            return RawMaster.bytes(master.receive(6))[3];
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private boolean anyAvailable() {
        try {
            return master.available() > 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void restart(LineConfig config) throws IOException {
        line.close();
        master.close();
        line = start(config);
        master = open(line);
    }

    private static long characters(int baud, int bits, double count) {
        return (long) (count * bits * TimeUnit.SECONDS.toNanos(1) / baud) - 1000;
    }

    private static boolean threadRuns(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(name));
    }

    private static SimulatedLine start(LineConfig config) {
        try {
            return SimulatedLine.start(config);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static RawMaster open(SimulatedLine line) {
        try {
            return new RawMaster(line.path());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
