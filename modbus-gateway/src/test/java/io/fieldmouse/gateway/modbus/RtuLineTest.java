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
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersResponse;
import io.fieldmouse.gateway.link.PortUnavailable;
import io.fieldmouse.gateway.modbus.Exchange.Fault;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One exchange on the line: the silence before it, the frame that answers it, and what is no answer. */
final class RtuLineTest extends RtuLineTestBase {
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
