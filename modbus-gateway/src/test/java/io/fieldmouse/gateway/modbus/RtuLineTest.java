package io.fieldmouse.gateway.modbus;

import static io.fieldmouse.gateway.modbus.ScriptedLink.after;
import static io.fieldmouse.gateway.modbus.ScriptedLink.afterRaw;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ghgande.j2mod.modbus.ModbusException;
import com.ghgande.j2mod.modbus.ModbusIOException;
import com.ghgande.j2mod.modbus.ModbusSlaveException;
import com.ghgande.j2mod.modbus.io.ModbusTransaction;
import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersResponse;
import io.fieldmouse.gateway.link.PortUnavailable;
import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.gateway.modbus.Exchange.Fault;
import io.fieldmouse.gateway.modbus.LineCounters.Kind;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The line in simulated time, where replies may come at the worst of moments. */
final class RtuLineTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long TIMEOUT = 100 * MS;

    private final ScriptedLink link = new ScriptedLink();
    private final LineCounters counters = new LineCounters();
    private RtuLine line = lineAt(9600);

    @BeforeEach
    void open() throws PortUnavailable {
        line.open();
    }

    private RtuLine lineAt(int baud) {
        LineTiming timing = LineTiming.of(new SerialSettings("x", baud, SerialSettings.Parity.NONE, 8, 1));
        return new RtuLine(() -> link, timing, counters, link::now);
    }

    private Exchange read(int unit, int address) {
        return line.exchange(request(unit, address, 1), TIMEOUT);
    }

    private static ModbusRequest request(int unit, int address, int count) {
        ModbusRequest request = new ReadMultipleRegistersRequest(address, count);
        request.setUnitID(unit);
        return request;
    }

    /** The reply of a unit to reading one register, without CRC. */
    private static String reply(int unit, int value) {
        return String.format("%02x0302%04x", unit, value);
    }

    private static int value(Exchange exchange) {
        Exchange.Reply reply = assertInstanceOf(Exchange.Reply.class, exchange, exchange.toString());
        return ((ReadMultipleRegistersResponse) reply.response()).getRegisterValue(0);
    }

    private static String registersFrom1000(byte[] request) {
        StringBuilder reply = new StringBuilder(String.format("0503%02x", 2 * request[5]));
        for (int i = 0; i < request[5]; i++) {
            reply.append(String.format("%04x", 1_000 + request[3] + i));
        }
        return ScriptedLink.withCrc(reply.toString());
    }

    private static void assertFault(Fault fault, Exchange exchange) {
        assertEquals(fault, assertInstanceOf(Exchange.NoReply.class, exchange).fault());
    }

    @Test
    void theRequestIsTheOneOfTheStandard() {
        // MODBUS Application Protocol V1.1b3, section 6.3, to unit 17
        link.answersNext(after(20 * MS, "110306022b00000064"));
        assertEquals(0x022b, value(line.exchange(request(0x11, 0x006b, 3), TIMEOUT)));
        assertEquals("1103006b00037687", link.written.get(0).hex());
    }

    @ParameterizedTest
    @CsvSource({"9600, 3645834", "19200, 1822917", "38400, 1750000", "115200, 1750000"})
    void theSilenceBeforeARequestIsCountedFromTheLastByteOnTheLine(int baud, long silenceNanos) throws PortUnavailable {
        line = lineAt(baud);
        line.open();
        link.answersNext(after(20 * MS, reply(5, 1)));
        Exchange.Reply first = assertInstanceOf(Exchange.Reply.class, read(5, 100));
        read(5, 100);
        long silence = link.written.get(1).atNanos() - first.lastByteNanos();
        assertTrue(silence >= silenceNanos, "silence " + silence);
        assertTrue(silence < silenceNanos + MS, "not wasted either: " + silence);
    }

    @Test
    void aLateReplyOfTheSameShapeIsNotTakenForTheAnswer() {
        link.answersNext(after(150 * MS, reply(5, 2222)));
        assertFault(Fault.TIMEOUT, read(5, 200));
        assertTrue(line.restNanos(5) > 0);
        link.pause(100 * MS);
        link.answersNext(after(20 * MS, reply(5, 3333)));
        assertEquals(3333, value(read(5, 300)));
        assertEquals(1, counters.of(5, Kind.LATE_REPLIES));
    }

    @Test
    void theRestEndsWithTheQuarantineWhenNothingComes() {
        assertFault(Fault.TIMEOUT, read(5, 200));
        link.pause(RtuLine.QUARANTINE_TIMEOUTS * TIMEOUT - 1);
        assertEquals(1, line.restNanos(5));
        link.pause(1);
        assertEquals(0, line.restNanos(5));
    }

    @Test
    void aReplyEvenLaterThanTheQuarantineIsNotTakenForTheAnswer() {
        link.answersNext(after(560 * MS, reply(5, 2222)));
        assertFault(Fault.TIMEOUT, read(5, 200));
        link.pause(line.restNanos(5));
        // The unit does one thing after another: first it answers the question of before, then this one.
        link.answersNext(after(70 * MS, "05030400010002"));
        link.answersNext(after(20 * MS, reply(5, 3333)));
        assertEquals(3333, value(read(5, 300)));
        assertEquals("0503012c0002", link.written.get(1).hex().substring(0, 12), "asked for two registers first");
        assertEquals(1, counters.of(5, Kind.LATE_REPLIES));
    }

    @Test
    void aUnitThatIsAlwaysTooLateNeverGivesAWrongValue() {
        // One thing after another, each in 5 ms to 1.2 s or, one time in ten, not at all; register n holds 1000 + n.
        Random random = new Random(11);
        long[] idleAgain = {0};
        link.answersAll(request -> {
            if (random.nextInt(10) == 0) {
                return null;
            }
            long lag = random.nextInt(3) == 0 ? 5 + random.nextInt(1_200) : 5 + random.nextInt(20);
            idleAgain[0] = Math.max(idleAgain[0], link.now()) + lag * MS;
            return new ScriptedLink.Timed(idleAgain[0], registersFrom1000(request));
        });
        int right = 0;
        for (int i = 0; i < 5_000; i++) {
            link.pause(line.restNanos(5) + random.nextInt(50) * MS);
            int address = random.nextInt(8);
            if (read(5, address) instanceof Exchange.Reply reply) {
                assertEquals(1_000 + address, value(reply), "round " + i);
                right++;
            }
        }
        assertTrue(right > 1_000, "not by answering never: " + right);
        assertTrue(counters.of(5, Kind.LATE_REPLIES) > 100);
    }

    @ParameterizedTest
    @CsvSource({"5, COIL", "15, COIL", "6, HOLDING_REGISTER", "16, HOLDING_REGISTER"})
    void theLateEchoOfAnOlderWriteDoesNotConfirmANewerOne(int function, RegisterTable table) {
        // Functions 15 and 16 echo no value; 5 and 6 do, but the same may have been written before.
        Writing writing = function > 6 ? Writing.MULTIPLE : Writing.SINGLE;
        ModbusRequest write = table == RegisterTable.COIL
                ? Messages.writeCoil(5, 100, true, writing)
                : Messages.writeRegisters(5, 100, List.of(0xff00), writing);
        link.answersNext(after(560 * MS, String.format("05%02x0064%s", function, function > 6 ? "0001" : "ff00")));
        assertFault(Fault.TIMEOUT, line.exchange(write, TIMEOUT));
        link.pause(line.restNanos(5));
        // The unit does one thing after another: the echo, then what it is asked now; the new write is lost.
        link.answersNext(after(70 * MS, table == RegisterTable.COIL ? "05010101" : "050302ff00"));
        assertFault(Fault.TIMEOUT, line.exchange(write, TIMEOUT));
        String proof = table == RegisterTable.COIL ? "050100640001" : "050300640001";
        assertEquals(proof, link.written.get(1).hex().substring(0, 12), "asked for what it holds first");
        assertEquals(3, link.written.size());
        assertEquals(1, counters.of(5, Kind.LATE_REPLIES));
    }

    @Test
    void aWriteIsNotSentWhileItsEchoCouldBeAnOlderOne() {
        ModbusRequest write = Messages.writeRegisters(5, 100, List.of(7), Writing.MULTIPLE);
        assertFault(Fault.TIMEOUT, line.exchange(write, TIMEOUT));
        link.pause(line.restNanos(5));
        Exchange second = line.exchange(write, TIMEOUT);
        assertEquals(new Exchange.NoReply(Fault.TIMEOUT, "no reply within 100 ms", false), second);
        assertEquals(2, link.written.size());
    }

    @Test
    void aUnitThatIsLateOrDropsWritesNeverHasOneConfirmedThatItDidNotDo() {
        // One thing after another, each in 5 ms to 1.2 s; one in five is never done, some are declined.
        Random random = new Random(12);
        long[] idleAgain = {0};
        long[] done = {0, 0};
        link.answersAll(request -> {
            int kind = random.nextInt(10);
            if (kind < 2) {
                return null;
            }
            long lag = random.nextInt(3) == 0 ? 5 + random.nextInt(1_200) : 5 + random.nextInt(20);
            idleAgain[0] = Math.max(idleAgain[0], link.now()) + lag * MS;
            if (request[1] == 3) {
                return new ScriptedLink.Timed(
                        idleAgain[0], kind < 4 ? ScriptedLink.withCrc("058302") : registersFrom1000(request));
            }
            if (kind < 4) {
                return new ScriptedLink.Timed(idleAgain[0], ScriptedLink.withCrc("059004"));
            }
            done[0] = Byte.toUnsignedLong(request[7]) << 8 | Byte.toUnsignedLong(request[8]);
            done[1] = idleAgain[0];
            return new ScriptedLink.Timed(idleAgain[0], ScriptedLink.withCrc("051000640001"));
        });
        int confirmed = 0;
        int declined = 0;
        for (int i = 1; i <= 5_000; i++) {
            link.pause(line.restNanos(5) + random.nextInt(50) * MS);
            Exchange exchange = line.exchange(Messages.writeRegisters(5, 100, List.of(i), Writing.MULTIPLE), TIMEOUT);
            if (exchange instanceof Exchange.Reply) {
                assertEquals(i, done[0], "round " + i);
                assertTrue(done[1] <= link.now(), "round " + i);
                confirmed++;
            } else if (exchange instanceof Exchange.SlaveException) {
                assertTrue(done[0] != i, "declined, and done, in round " + i);
                declined++;
            }
        }
        assertTrue(confirmed > 500, "not by confirming never: " + confirmed);
        assertTrue(declined > 100, "declined " + declined);
        assertTrue(counters.of(5, Kind.LATE_REPLIES) > 100);
    }

    @Test
    void aLateExceptionSettlesOnlyWhatItMayBelongTo() {
        // Two answers of different lengths are owed, the older one an exception: all exceptions look alike.
        link.answersNext(after(1_060 * MS, "058302"));
        assertFault(Fault.TIMEOUT, read(5, 200));
        link.pause(line.restNanos(5));
        link.answersNext(after(1_110 * MS, "05030422222222"));
        assertFault(Fault.TIMEOUT, line.exchange(request(5, 300, 2), TIMEOUT));
        link.pause(line.restNanos(5));
        // The exception comes now, as if it declined the proof.
        assertFault(Fault.TIMEOUT, read(5, 200));
        assertEquals(4, link.written.size());
        link.pause(line.restNanos(5));
        // And now the other one.
        assertInstanceOf(Exchange.NoReply.class, line.exchange(request(5, 400, 2), TIMEOUT));
        assertEquals(1, counters.of(5, Kind.LATE_REPLIES));
    }

    @Test
    void aDeclinedProofIsAProof() {
        assertFault(Fault.TIMEOUT, read(5, 200));
        link.pause(line.restNanos(5));
        link.answersNext(after(20 * MS, "058302"));
        link.answersNext(after(20 * MS, reply(5, 2222)));
        assertEquals(2222, value(read(5, 200)));
        link.answersNext(after(20 * MS, reply(5, 2223)));
        assertEquals(2223, value(read(5, 200)));
        assertEquals(4, link.written.size());
    }

    @Test
    void whatIsOwedIsForgottenAfterHalfAMinute() {
        assertFault(Fault.TIMEOUT, read(5, 200));
        link.pause(OwedReplies.OWED_NANOS_MAX);
        link.answersNext(after(20 * MS, reply(5, 2222)));
        assertEquals(2222, value(read(5, 200)));
    }

    @Test
    void aLateReplyInTheMiddleOfAnotherUnitsExchangeIsSetAside() {
        link.answersNext(after(130 * MS, reply(5, 2222)));
        assertFault(Fault.TIMEOUT, read(5, 200));
        link.answersNext(after(60 * MS, reply(6, 6666)));
        assertEquals(6666, value(read(6, 200)));
        assertEquals(1, counters.of(5, Kind.LATE_REPLIES));
        assertEquals(0, line.restNanos(5));
    }

    @Test
    void aLateReplyThatCollidedWithTheAnswerGivesNoValueAndTheRetryTheRightOne() {
        // Both on the wire at once: the beginning of one, then noise.
        link.answersNext(afterRaw(20 * MS, "0503020a" + "0603021a0a" + "ff"));
        assertFault(Fault.BAD_CRC, read(6, 200));
        assertTrue(line.restNanos(6) > 0, "its answer may still come");
        link.pause(line.restNanos(6));
        link.answersNext(after(20 * MS, "06030400010002"));
        link.answersNext(after(20 * MS, reply(6, 6666)));
        assertEquals(6666, value(read(6, 200)));
    }

    @Test
    void anAnswerAndALateReplyInOneLumpAreToldApart() {
        String late = ScriptedLink.withCrc(reply(5, 2222));
        String answer = ScriptedLink.withCrc(reply(6, 6666));
        link.answersNext(afterRaw(20 * MS, late + answer));
        assertEquals(6666, value(read(6, 200)));
    }

    @Test
    void aReplyOfAnotherLengthIsALateOneAndTheAnswerStillCounts() {
        link.answersNext(after(20 * MS, "05030400010002"), after(60 * MS, reply(5, 3333)));
        assertEquals(3333, value(read(5, 300)));
        assertEquals(1, counters.of(5, Kind.LATE_REPLIES));
    }

    @Test
    void aReplyOfAnotherLengthAloneIsNoAnswer() {
        link.answersNext(after(20 * MS, "05030400010002"));
        assertFault(Fault.WRONG_LENGTH, read(5, 300));
    }

    @Test
    void aReplyToAnotherFunctionIsNoAnswer() {
        link.answersNext(after(20 * MS, "0504020001"));
        assertFault(Fault.WRONG_FUNCTION, read(5, 300));
    }

    @Test
    void theEchoOfAnotherWriteIsNoAnswer() {
        link.answersNext(after(20 * MS, "050600640007"));
        assertFault(
                Fault.WRONG_ECHO, line.exchange(Messages.writeRegisters(5, 100, List.of(8), Writing.SINGLE), TIMEOUT));
        link.pause(line.restNanos(5));
        link.answersNext(after(20 * MS, "0503020007"));
        link.answersNext(after(20 * MS, "050600640008"));
        assertInstanceOf(
                Exchange.Reply.class,
                line.exchange(Messages.writeRegisters(5, 100, List.of(8), Writing.SINGLE), TIMEOUT));
    }

    @Test
    void aDamagedReplyLetsItsUnitRestOnlyUntilItsTimeIsUp() {
        link.answersNext(afterRaw(20 * MS, "0503020001ffff"));
        assertFault(Fault.BAD_CRC, read(5, 200));
        assertTrue(line.restNanos(5) > 0 && line.restNanos(5) < TIMEOUT);
        assertEquals(7, counters.strayBytes());
    }

    @Test
    void halfAReplyIsShort() {
        link.answersNext(afterRaw(20 * MS, "050302"));
        assertFault(Fault.SHORT, read(5, 200));
    }

    @Test
    void everySplitOfAReplyIsPutTogether() {
        String reply = ScriptedLink.withCrc(reply(5, 0x1234));
        for (int cut = 2; cut < reply.length(); cut += 2) {
            link.answersNext(afterRaw(20 * MS, reply.substring(0, cut)), afterRaw(40 * MS, reply.substring(cut)));
            assertEquals(0x1234, value(read(5, 200)), "cut after " + cut / 2);
        }
    }

    @Test
    void whatArrivedWhileTheProcessStoodStillIsNotMissing() {
        link.answersNext(after(60 * MS, reply(5, 77)));
        link.stalls(50 * MS, 300 * MS);
        assertEquals(77, value(read(5, 200)));
        assertEquals(0, counters.of(5, Fault.TIMEOUT));
    }

    @Test
    void aReplyIsNotShortBecauseTheProcessStoodStill() {
        String reply = ScriptedLink.withCrc(reply(5, 77));
        link.answersNext(afterRaw(40 * MS, reply.substring(0, 8)), afterRaw(45 * MS, reply.substring(8)));
        // Between the two lumps, as the request takes some milliseconds to leave.
        link.stalls(45 * MS, RtuLine.FRAME_GAP_NANOS + 10 * MS);
        assertEquals(77, value(read(5, 200)));
    }

    @Test
    void theSilenceBeforeARequestIsNotWhatTheProcessSlept() {
        link.arrivesRaw(0, "aa");
        link.arrivesRaw(15 * MS, "aa");
        link.stalls(0, 15 * MS);
        link.answersNext(after(20 * MS, reply(5, 77)));
        assertEquals(77, value(read(5, 200)));
        long silence = link.written.get(0).atNanos() - 15 * MS;
        assertTrue(silence >= 3_645_834, "silence " + silence);
    }

    @Test
    void aReplyThatBeganInTimeMayEndLater() {
        String reply = ScriptedLink.withCrc(reply(5, 77));
        link.answersNext(afterRaw(100 * MS, reply.substring(0, 8)), afterRaw(125 * MS, reply.substring(8)));
        assertEquals(77, value(read(5, 200)));
    }

    @Test
    void everyDamagedBitIsNoticed() {
        byte[] good = HexFormat.of().parseHex(ScriptedLink.withCrc(reply(5, 0x1234)));
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << (bit % 8));
            link.pause(line.restNanos(5) + MS);
            link.answersNext(afterRaw(20 * MS, HexFormat.of().formatHex(bad)));
            assertInstanceOf(Exchange.NoReply.class, read(5, 200), "bit " + bit);
        }
    }

    @Test
    void aLineThatIsNeverSilentIsNotTalkedInto() {
        for (long i = 0; i < 1_000; i++) {
            link.arrivesRaw(i * 2 * MS, "aa");
        }
        assertFault(Fault.LINE_BUSY, read(5, 200));
        assertEquals(List.of(), link.written);
    }

    @Test
    void aBabblingReplyEndsInBoundedTime() {
        ScriptedLink.Timed[] babble = new ScriptedLink.Timed[2_000];
        for (int i = 0; i < babble.length; i++) {
            babble[i] = afterRaw((20 + i) * MS, "0503");
        }
        link.answersNext(babble);
        long before = link.now();
        assertInstanceOf(Exchange.NoReply.class, read(5, 200));
        assertTrue(link.now() - before < 500 * MS, "took " + (link.now() - before) / MS + " ms");
    }

    @Test
    void anExceptionReplyIsAValue() {
        link.answersNext(after(20 * MS, "058302"));
        assertEquals(new Exchange.SlaveException(2), read(5, 200));
    }

    @Test
    void aPortThatVanishesIsAValue() {
        link.vanish();
        assertInstanceOf(Exchange.PortLost.class, read(5, 200));
    }

    @Test
    void itServesAsATransportOfJ2mod() throws ModbusException {
        line.setTimeout(100);
        ModbusTransaction transaction = line.createTransaction();
        transaction.setRequest(request(5, 200, 1));
        link.answersNext(after(20 * MS, reply(5, 4711)));
        transaction.execute();
        assertEquals(4711, ((ReadMultipleRegistersResponse) transaction.getResponse()).getRegisterValue(0));

        link.answersNext(after(20 * MS, "058302"));
        assertEquals(
                2,
                assertThrows(ModbusSlaveException.class, transaction::execute).getType());
        assertThrows(ModbusIOException.class, transaction::execute);
    }
}
