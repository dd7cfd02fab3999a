package io.fieldmouse.broker.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes bad conversations of good ones: bytes, lengths and whole packets are changed, moved, lost and repeated. */
public final class Mutator {
    private static final int MUTATIONS_MAX = 4;
    private static final int[] TELLING_NUMBERS = {0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF};

    private final Random random;

    public Mutator(Random random) {
        this.random = random;
    }

    /** Bytes of the conversation after none to some mutations. */
    public byte[] mutated(List<byte[]> conversation) {
        List<byte[]> packets = new ArrayList<>(conversation);
        for (int left = random.nextInt(MUTATIONS_MAX + 1); left > 0 && !packets.isEmpty(); left--) {
            mutate(packets);
        }
        byte[] all = Wire.join(packets.toArray(byte[][]::new));
        return random.nextInt(20) == 0 ? Arrays.copyOf(all, random.nextInt(all.length + 1)) : all;
    }

    /** The bytes in up to four pieces, cut anywhere. */
    public byte[][] pieces(byte[] all) {
        int[] cuts = new int[2 + random.nextInt(4)];
        for (int i = 1; i < cuts.length - 1; i++) {
            cuts[i] = random.nextInt(all.length + 1);
        }
        cuts[cuts.length - 1] = all.length;
        Arrays.sort(cuts);
        byte[][] pieces = new byte[cuts.length - 1][];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = Arrays.copyOfRange(all, cuts[i], cuts[i + 1]);
        }
        return pieces;
    }

    private void mutate(List<byte[]> packets) {
        int at = random.nextInt(packets.size());
        int other = random.nextInt(packets.size());
        byte[] packet = packets.get(at).clone();
        switch (random.nextInt(12)) {
            case 0, 1 -> packets.set(at, withFlippedBit(packet));
            case 2 -> packets.set(at, withByte(packet, random.nextInt(256)));
            case 3 -> packets.set(at, withNumber(packet));
            case 4 -> packets.set(at, withLengthChanged(packet));
            case 5 -> packets.set(at, sometimesMended(withBytesInserted(packet)));
            case 6 -> packets.set(at, sometimesMended(withBytesRemoved(packet)));
            case 7 -> packets.set(at, sometimesMended(withBytesRepeated(packet)));
            case 8 -> packets.set(at, sometimesMended(spliced(packet, packets.get(other))));
            case 9 -> {
                packets.set(at, packets.get(other));
                packets.set(other, packet);
            }
            case 10 -> packets.add(other, packet);
            default -> packets.remove(at);
        }
    }

    private byte[] withFlippedBit(byte[] packet) {
        if (packet.length > 0) {
            packet[random.nextInt(packet.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return packet;
    }

    private byte[] withByte(byte[] packet, int value) {
        if (packet.length > 0) {
            packet[random.nextInt(packet.length)] = (byte) value;
        }
        return packet;
    }

    private byte[] withNumber(byte[] packet) {
        int number = TELLING_NUMBERS[random.nextInt(TELLING_NUMBERS.length)];
        if (packet.length > 3) {
            int at = 2 + random.nextInt(packet.length - 3);
            packet[at] = (byte) (number >>> 8);
            packet[at + 1] = (byte) number;
        }
        return packet;
    }

    private byte[] withLengthChanged(byte[] packet) {
        if (packet.length > 1) {
            packet[1] = (byte) (random.nextBoolean() ? packet[1] + random.nextInt(7) - 3 : random.nextInt(256));
        }
        return packet;
    }

    private byte[] withBytesInserted(byte[] packet) {
        byte[] inserted = new byte[1 + random.nextInt(4)];
        random.nextBytes(inserted);
        int at = random.nextInt(packet.length + 1);
        return Wire.join(Arrays.copyOf(packet, at), inserted, Arrays.copyOfRange(packet, at, packet.length));
    }

    private byte[] withBytesRemoved(byte[] packet) {
        int from = random.nextInt(packet.length + 1);
        int to = Math.min(packet.length, from + 1 + random.nextInt(6));
        return Wire.join(Arrays.copyOf(packet, from), Arrays.copyOfRange(packet, to, packet.length));
    }

    /** Such as a property that is there twice. */
    private byte[] withBytesRepeated(byte[] packet) {
        int from = random.nextInt(packet.length + 1);
        int to = Math.min(packet.length, from + 1 + random.nextInt(12));
        return Wire.join(Arrays.copyOf(packet, to), Arrays.copyOfRange(packet, from, packet.length));
    }

    private byte[] spliced(byte[] front, byte[] back) {
        return Wire.join(
                Arrays.copyOf(front, random.nextInt(front.length + 1)),
                Arrays.copyOfRange(back, random.nextInt(back.length + 1), back.length));
    }

    /** With its remaining length made right, so that what is wrong lies deeper. */
    private byte[] sometimesMended(byte[] packet) {
        if (packet.length < 2 || random.nextInt(3) == 0) {
            return packet;
        }
        int bodyAt = 1;
        while (bodyAt < packet.length && packet[bodyAt] < 0) {
            bodyAt++;
        }
        return Wire.packet(packet[0], Arrays.copyOfRange(packet, Math.min(bodyAt + 1, packet.length), packet.length));
    }
}
