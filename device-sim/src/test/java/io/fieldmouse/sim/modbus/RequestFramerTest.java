package io.fieldmouse.sim.modbus;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Time is stepped by hand here: 9600 baud and 10 bits, so a character takes 1.041666 ms and the silence 3.645831 ms. */
final class RequestFramerTest {
    private static final WirePace PACE = WirePace.of(9600, 10);
    private static final long CHARACTER = PACE.characterNanos();
    private static final long SILENCE = PACE.silenceNanos();
    private static final String READ = "11 03 00 6b 00 03 76 87";
    private static final String WRITE_COILS = "11 0f 00 13 00 0a 02 cd 01 bf 0b";
    private static final String WRITE_REGISTERS = "11 10 00 01 00 02 04 00 0a 01 02 c6 f0";
    private static final String UNKNOWN_FUNCTION = "11 07 4c 22";

    private RequestFramer framer = new RequestFramer(PACE);

    /** Near the overflow of the clock, which may happen at any time. */
    private long now = Long.MAX_VALUE - 1_000_000;

    private final List<String> cuts = new ArrayList<>();

    @Test
    void paceFollowsTheStandard() {
        assertEquals(new WirePace(1_041_666, 3_645_831), PACE);
        assertEquals(new WirePace(572_916, 2_005_206), WirePace.of(19200, 11));
        assertEquals(new WirePace(260_416, 1_750_000), WirePace.of(38400, 10));
        assertEquals(new WirePace(0, 1_750_000), WirePace.of(0, 10));
        assertEquals(10, LineConfig.paced("x", 9600, Parity.NONE).bitsPerCharacter());
        assertEquals(11, LineConfig.paced("x", 9600, Parity.EVEN).bitsPerCharacter());
        assertEquals(11, new LineConfig("x", null, 9600, Parity.NONE, 2, List.of()).bitsPerCharacter());
    }

    @Test
    void frameEndsNoSoonerThanItsTimeOnTheWire() {
        long begin = now;
        accept(READ);
        RequestFramer.Cut cut = requireNonNull(framer.next(now));
        assertTrue(cut.valid());
        assertEquals(begin, cut.startNanos());
        assertEquals(begin + 8 * CHARACTER, cut.endNanos());
        assertEquals(0x11, cut.frame().unitId());
    }

    @Test
    void everySplitOfEveryRequestMakesOneFrame() {
        for (String request : List.of(READ, WRITE_COILS, WRITE_REGISTERS, UNKNOWN_FUNCTION)) {
            byte[] bytes = RawMaster.bytes(request);
            for (long pause : new long[] {0, CHARACTER, SILENCE, 5 * SILENCE}) {
                for (int split = 1; split < bytes.length; split++) {
                    startAfresh();
                    accept(request.substring(0, 3 * split - 1));
                    step(split * CHARACTER + pause);
                    assertEquals(List.of(), cuts, request + " split at " + split);
                    accept(request.substring(3 * split));
                    step(bytes.length * CHARACTER + SILENCE);
                    assertEquals(List.of(request), cuts, request + " split at " + split + ", pause " + pause);
                }
            }
        }
    }

    @Test
    void frameByteByByteIsOneFrame() {
        for (String request : List.of(READ, WRITE_COILS, WRITE_REGISTERS, UNKNOWN_FUNCTION)) {
            startAfresh();
            for (int i = 0; i < request.length(); i += 3) {
                accept(request.substring(i, i + 2));
                step(CHARACTER);
            }
            step(SILENCE);
            assertEquals(List.of(request), cuts);
        }
    }

    @Test
    void frameAfterGarbageAndSilenceIsFound() {
        for (String garbage :
                List.of("ff", "00 00 00", "11 03", "11 0f 00 13 00 0a ff 01 02", "11 03 00 6b 00 03 76 88")) {
            startAfresh();
            accept(garbage);
            step(RawMaster.bytes(garbage).length * CHARACTER + SILENCE);
            accept(READ);
            step(8 * CHARACTER);
            assertEquals(List.of("bad " + garbage, READ), cuts);
        }
    }

    @Test
    void frameGluedToGarbageIsLostAndTheNextOneFound() {
        accept("ff " + READ);
        step(9 * CHARACTER + SILENCE);
        accept(WRITE_COILS);
        step(0);
        assertEquals(List.of("bad ff " + READ, WRITE_COILS), cuts);
    }

    @Test
    void framesWithoutSilenceBetweenAreTwo() {
        accept(READ + " " + WRITE_REGISTERS);
        step(0);
        assertEquals(List.of(READ, WRITE_REGISTERS), cuts);
    }

    @Test
    void wrongCheckSumMakesNoFrame() {
        byte[] bytes = RawMaster.bytes(WRITE_COILS);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] wrong = bytes.clone();
            wrong[bit / 8] ^= (byte) (1 << (bit % 8));
            startAfresh();
            String hex = HexFormat.ofDelimiter(" ").formatHex(wrong);
            accept(hex);
            step(bytes.length * CHARACTER + SILENCE + RequestFramer.PATIENCE_NANOS);
            assertEquals(List.of("bad " + hex), cuts);
        }
    }

    @Test
    void unfinishedFrameIsGivenUpWhenPatienceEnds() {
        accept("11 03 00");
        step(3 * CHARACTER + SILENCE + RequestFramer.PATIENCE_NANOS - 1);
        assertEquals(List.of(), cuts);
        assertEquals(1, framer.nanosUntilDue(now));
        step(1);
        assertEquals(List.of("bad 11 03 00"), cuts);
        assertEquals(RequestFramer.NOTHING_DUE, framer.nanosUntilDue(now));
    }

    @Test
    void unknownFunctionEndsExactlyAtTheSilence() {
        accept(UNKNOWN_FUNCTION);
        assertEquals(4 * CHARACTER + SILENCE, framer.nanosUntilDue(now));
        step(4 * CHARACTER + SILENCE - 1);
        assertEquals(List.of(), cuts);
        step(1);
        assertEquals(List.of(UNKNOWN_FUNCTION), cuts);
    }

    @Test
    void endlessGarbageIsGivenUpWhenTheRoomIsFull() {
        byte[] noise = new byte[framer.room()];
        framer.accept(noise, noise.length, now);
        RequestFramer.Cut cut = requireNonNull(framer.next(now));
        assertFalse(cut.valid());
        assertEquals(noise.length, framer.room());
        assertNull(framer.next(now));
    }

    private void startAfresh() {
        framer = new RequestFramer(PACE);
        cuts.clear();
    }

    private void accept(String hex) {
        byte[] bytes = RawMaster.bytes(hex);
        framer.accept(bytes, bytes.length, now);
    }

    private void step(long nanos) {
        now += nanos;
        for (RequestFramer.Cut cut = framer.next(now); cut != null; cut = framer.next(now)) {
            String hex = HexFormat.ofDelimiter(" ").formatHex(cut.frame().bytes());
            cuts.add(cut.valid() ? hex : "bad " + hex);
        }
    }
}
