package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Changes as they lie on disks: these bytes are in stores that are out there. */
class ChangeCodecTest {
    private static final StoredMessage PLAIN = new StoredMessage("a/ä", bytes("21.5"), new byte[0], Long.MAX_VALUE);
    private static final StoredMessage FULL = new StoredMessage("t", bytes("p"), new byte[] {1, 1}, -2);

    private static final Map<StoreChange, String> ON_DISK = new LinkedHashMap<>();

    static {
        ON_DISK.put(new StoreChange.RetainedSet(PLAIN, 2), "01 00 04 612fc3a4 04 32312e35 02");
        ON_DISK.put(new StoreChange.RetainedSet(FULL, 0), "01 03 01 74 01 70 02 0101 fffffffffffffffe 00");
        ON_DISK.put(new StoreChange.RetainedCleared("t"), "02 01 74");
        ON_DISK.put(new StoreChange.SessionOpened("c", 300, "bob"), "03 01 63 ac02 01 03 626f62");
        ON_DISK.put(new StoreChange.SessionOpened("c", 0xFFFF_FFFFL, null), "03 01 63 ffffffff0f 00");
        ON_DISK.put(new StoreChange.SessionClosed("c", 0, 1_800_000_000_123L), "04 01 63 00 000001a3185c507b");
        ON_DISK.put(new StoreChange.SessionEnded("c"), "05 01 63");
        ON_DISK.put(
                new StoreChange.WillSet("c", new StoredWill(PLAIN, 1, true, 5, 0xFFFF_FFFFL)),
                "06 01 63 00 04 612fc3a4 04 32312e35 01 01 05 ffffffff0f");
        ON_DISK.put(new StoreChange.WillCleared("c"), "07 01 63");
        ON_DISK.put(
                new StoreChange.SubscriptionAdded("c", new StoredSubscription("a/#", 0x2E, 268_435_455)),
                "08 01 63 03 612f23 2e ffffff7f");
        ON_DISK.put(new StoreChange.SubscriptionRemoved("c", "a/#"), "09 01 63 03 612f23");
        ON_DISK.put(
                new StoreChange.MessageQueued(
                        129,
                        FULL,
                        List.of(
                                new StoreChange.Receiver("c", 1, false, new int[0], ""),
                                new StoreChange.Receiver("d", 2, true, new int[] {7, 128}, "$share/g/t"))),
                "0a 8101 03 01 74 01 70 02 0101 fffffffffffffffe 02" + "00 01 63"
                        + "0f 01 64 0a 2473686172652f672f74 02 07 8001");
        ON_DISK.put(new StoreChange.MessageSent("c", 129, 65_535), "0b 01 63 8101 ffff03");
        ON_DISK.put(new StoreChange.MessageReleased("c", 129), "0c 01 63 8101");
        ON_DISK.put(new StoreChange.MessageSettled("c", Long.MAX_VALUE), "0d 01 63 ffffffffffffffff7f");
        ON_DISK.put(new StoreChange.PacketIdReceived("c", 1), "0e 01 63 01");
        ON_DISK.put(new StoreChange.PacketIdReleased("c", 1), "0f 01 63 01");
        ON_DISK.put(new StoreChange.TimePassed(1_800_000_000_123L), "10 000001a3185c507b");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] written(StoreChange change) {
        ByteWriter out = new ByteWriter();
        ChangeCodec.write(List.of(change), out);
        return out.toArray();
    }

    @Test
    void bytesOnDiskStayWhatTheyWere() {
        HexFormat hex = HexFormat.of();
        ON_DISK.forEach((change, bytes) ->
                assertEquals(bytes.replace(" ", ""), hex.formatHex(written(change)), change.toString()));
    }

    @Test
    void everyKindOfChangeHasItsBytes() {
        long kinds = ON_DISK.keySet().stream().map(Object::getClass).distinct().count();
        assertEquals(StoreChange.class.getPermittedSubclasses().length, kinds);
    }

    @Test
    void whatIsReadIsWrittenAgainAsItWas() {
        for (StoreChange change : ON_DISK.keySet()) {
            byte[] bytes = written(change);
            List<StoreChange> read = ChangeCodec.read(ByteBuffer.wrap(bytes));
            assertEquals(1, read.size());
            assertEquals(change.getClass(), read.get(0).getClass());
            assertArrayEquals(bytes, written(read.get(0)), change.toString());
        }
    }

    @Test
    void changesThatEndEarlyAreRefused() {
        for (StoreChange change : ON_DISK.keySet()) {
            byte[] bytes = written(change);
            for (int length = 1; length < bytes.length; length++) {
                ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
                assertThrows(IllegalArgumentException.class, () -> ChangeCodec.read(cut), change.toString());
            }
        }
    }

    @Test
    void nonsenseIsRefusedAndTakesNoMemory() {
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(30)];
            random.nextBytes(bytes);
            bytes[0] = (byte) random.nextInt(18);
            try {
                ChangeCodec.read(ByteBuffer.wrap(bytes));
            } catch (IllegalArgumentException expected) {
                refused++;
            }
        }
        assertTrue(refused > 150_000, "refused: " + refused);
    }
}
