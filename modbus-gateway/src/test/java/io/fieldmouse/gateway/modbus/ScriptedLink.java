package io.fieldmouse.gateway.modbus;

import io.fieldmouse.gateway.link.Link;
import io.fieldmouse.gateway.link.PortGone;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A line in simulated time: what is written is remembered with its moment, and what is scripted arrives when its moment
 * comes. Waiting is what moves the time.
 */
final class ScriptedLink implements Link {

    /** Bytes and when the last of them is there. */
    record Timed(long atNanos, String hex) {}

    final List<Timed> written = new ArrayList<>();
    private final List<Timed> arriving = new ArrayList<>();
    private final List<List<Timed>> answers = new ArrayList<>();
    private Function<byte[], @Nullable Timed> slave = request -> null;
    private long nowNanos;
    private long stallAtNanos = Long.MAX_VALUE;
    private long stallNanos;
    private boolean gone;

    long now() {
        return nowNanos;
    }

    /** A frame without its CRC, in hex, that arrives at this moment. */
    void arrives(long atNanos, String frame) {
        arriving.add(new Timed(atNanos, withCrc(frame)));
    }

    /** Bytes as they are. */
    void arrivesRaw(long atNanos, String hex) {
        arriving.add(new Timed(atNanos, hex));
    }

    /** The next request not yet answered gets these frames, each so long after it. */
    void answersNext(Timed... frames) {
        answers.add(List.of(frames));
    }

    /** From now on each request goes to this slave, which says what arrives when; null for nothing. */
    void answersAll(Function<byte[], @Nullable Timed> slave) {
        this.slave = slave;
    }

    /** A frame without its CRC, so long after the request. */
    static Timed after(long nanos, String frame) {
        return new Timed(nanos, withCrc(frame));
    }

    static Timed afterRaw(long nanos, String hex) {
        return new Timed(nanos, hex);
    }

    static String withCrc(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        int crc = RtuFrame.crc(bytes, bytes.length);
        return hex + String.format("%02x%02x", crc & 0xFF, crc >> 8);
    }

    /** The process stands still once, so long, right after it looked at the line at this moment and saw nothing. */
    void stalls(long atNanos, long nanos) {
        stallAtNanos = atNanos;
        stallNanos = nanos;
    }

    void vanish() {
        gone = true;
    }

    @Override
    public void write(byte[] bytes, int length) throws PortGone {
        requireThere();
        written.add(new Timed(nowNanos, HexFormat.of().formatHex(bytes, 0, length)));
        Timed reply = slave.apply(bytes);
        if (reply != null) {
            arriving.add(reply);
        }
        if (!answers.isEmpty()) {
            for (Timed answer : answers.remove(0)) {
                arriving.add(new Timed(nowNanos + answer.atNanos(), answer.hex()));
            }
        }
    }

    @Override
    public int read(byte[] into, int offset) throws PortGone {
        requireThere();
        for (Timed chunk : arriving) {
            if (chunk.atNanos() <= nowNanos) {
                arriving.remove(chunk);
                byte[] bytes = HexFormat.of().parseHex(chunk.hex());
                System.arraycopy(bytes, 0, into, offset, bytes.length);
                return bytes.length;
            }
        }
        if (nowNanos >= stallAtNanos) {
            stallAtNanos = Long.MAX_VALUE;
            nowNanos += stallNanos;
        }
        return 0;
    }

    private void requireThere() throws PortGone {
        if (gone) {
            throw new PortGone("scripted port is gone");
        }
    }

    @Override
    public void pause(long nanos) {
        nowNanos += Math.max(1, nanos);
    }

    @Override
    public void close() {
        gone = true;
    }
}
