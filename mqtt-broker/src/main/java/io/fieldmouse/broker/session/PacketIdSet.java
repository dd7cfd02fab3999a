package io.fieldmouse.broker.session;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * A set of packet ids, 0 to 65535. There is one in every session, mostly empty: it is a set of bits of which only the
 * words that are not zero are kept. So it takes a few bytes for a few ids, whichever they are, nothing for none, and
 * some 10 KB for all.
 */
final class PacketIdSet {
    private static final char[] NO_NUMBERS = {};
    private static final long[] NO_WORDS = {};
    private static final int WORDS_AT_FIRST = 2;

    /** Which words are kept, ascending: word n has the bits of ids 64 n to 64 n + 63. */
    private char[] numbers = NO_NUMBERS;

    private long[] words = NO_WORDS;
    private int used;
    private int size;

    boolean contains(int packetId) {
        int at = find(packetId);
        return at >= 0 && (words[at] & bit(packetId)) != 0;
    }

    int size() {
        return size;
    }

    void add(int packetId) {
        int at = find(packetId);
        if (at < 0) {
            at = -at - 1;
            insert(at, (char) (packetId >> 6));
        }
        if ((words[at] & bit(packetId)) == 0) {
            words[at] |= bit(packetId);
            size++;
        }
    }

    void addAll(PacketIdSet others) {
        others.forEach(this::add);
    }

    /** Returns whether it was there. */
    boolean remove(int packetId) {
        if (!contains(packetId)) {
            return false;
        }
        int at = find(packetId);
        words[at] &= ~bit(packetId);
        size--;
        if (words[at] == 0) {
            delete(at);
        }
        return true;
    }

    /** In ascending order. The action must not change this set. */
    void forEach(IntConsumer action) {
        for (int at = 0; at < used; at++) {
            for (long left = words[at]; left != 0; left &= left - 1) {
                action.accept(numbers[at] * Long.SIZE + Long.numberOfTrailingZeros(left));
            }
        }
    }

    /** Words for which memory is taken: at most twice those in use, and a few. */
    int wordsHeld() {
        return words.length;
    }

    private int find(int packetId) {
        return Arrays.binarySearch(numbers, 0, used, (char) (packetId >> 6));
    }

    private static long bit(int packetId) {
        return 1L << packetId; // of whose bits it takes the lowest six
    }

    private void insert(int at, char number) {
        if (used == words.length) {
            resize(Math.max(WORDS_AT_FIRST, 2 * used));
        }
        System.arraycopy(numbers, at, numbers, at + 1, used - at);
        System.arraycopy(words, at, words, at + 1, used - at);
        numbers[at] = number;
        words[at] = 0;
        used++;
    }

    private void delete(int at) {
        used--;
        System.arraycopy(numbers, at + 1, numbers, at, used - at);
        System.arraycopy(words, at + 1, words, at, used - at);
        if (used == 0) {
            numbers = NO_NUMBERS;
            words = NO_WORDS;
        } else if (4 * used <= words.length) {
            resize(words.length / 2);
        }
    }

    private void resize(int length) {
        numbers = Arrays.copyOf(numbers, length);
        words = Arrays.copyOf(words, length);
    }
}
