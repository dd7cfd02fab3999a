package io.fieldmouse.gateway.modbus;

import static io.fieldmouse.gateway.modbus.ScriptedLink.after;
import static io.fieldmouse.gateway.modbus.ScriptedLink.afterRaw;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import io.fieldmouse.gateway.modbus.Exchange.Fault;
import io.fieldmouse.gateway.modbus.LineCounters.Kind;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replies that come when nobody waits for them any more: none of them is ever taken for the answer to another request. */
final class LateReplyTest extends RtuLineTestBase {

    private static String registersFrom1000(byte[] request) {
        StringBuilder reply = new StringBuilder(String.format("0503%02x", 2 * request[5]));
        for (int i = 0; i < request[5]; i++) {
            reply.append(String.format("%04x", 1_000 + request[3] + i));
        }
        return ScriptedLink.withCrc(reply.toString());
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
}
