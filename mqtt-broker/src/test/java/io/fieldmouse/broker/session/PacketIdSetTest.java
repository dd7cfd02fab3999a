package io.fieldmouse.broker.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PacketIdSetTest {
    private static final int IDS = 65_536;

    private final PacketIdSet set = new PacketIdSet();

    private List<Integer> contents() {
        List<Integer> contents = new ArrayList<>();
        set.forEach(contents::add);
        return contents;
    }

    @Test
    void holdsWhatATreeHoldsWhileIdsComeAndGo() {
        Random random = new Random(7);
        TreeSet<Integer> expected = new TreeSet<>();
        for (int round = 0; round < 20_000; round++) {
            // Few words and many: those around 0, 64, 128 and so on, and any.
            int id = random.nextBoolean() ? random.nextInt(300) : random.nextInt(IDS);
            if (random.nextInt(1 + round / 5_000) == 0) {
                set.add(id);
                expected.add(id);
            } else {
                assertEquals(expected.remove(id), set.remove(id));
            }
            assertEquals(expected.contains(id), set.contains(id));
            assertEquals(expected.size(), set.size());
            if (round % 500 == 0) {
                assertEquals(List.copyOf(expected), contents());
            }
        }
        assertTrue(expected.size() > 1_000);
    }

    @Test
    void takesLittleForFewIdsWhicheverTheyAreAndNothingForNone() {
        assertEquals(0, set.wordsHeld());
        set.add(65_535);
        assertEquals(2, set.wordsHeld());
        set.add(1);
        assertEquals(2, set.wordsHeld());
        assertTrue(set.remove(65_535));
        assertTrue(set.remove(1));
        assertFalse(set.remove(1));
        assertEquals(0, set.wordsHeld());
    }

    @Test
    void neverTakesMoreThanABitForEachIdAndGivesBackWhatIsNotNeeded() {
        for (int id = 0; id < IDS; id++) {
            set.add(id);
        }
        assertEquals(IDS / 64, set.wordsHeld());
        assertEquals(IDS, set.size());
        for (int id = 0; id < IDS - 64; id++) {
            assertTrue(set.remove(id));
        }
        assertTrue(set.wordsHeld() <= 4, () -> "still holds " + set.wordsHeld());
        assertEquals(64, set.size());
        assertEquals(IDS - 64, contents().get(0));
    }

    @Test
    void idsOfEarlierConnectionsAreKnownAndNotCounted() {
        InboundPacketIds ids = new InboundPacketIds();
        ids.add(1);
        ids.add(65_535);
        assertEquals(2, ids.count());
        ids.reopen();
        assertEquals(0, ids.count());
        ids.add(2);
        assertEquals(1, ids.count());
        assertTrue(ids.contains(65_535));
        assertTrue(ids.remove(65_535));
        assertFalse(ids.remove(65_535));
        assertEquals(1, ids.count());
        ids.add(65_535);
        assertEquals(2, ids.count(), "it is of this connection now");
    }
}
