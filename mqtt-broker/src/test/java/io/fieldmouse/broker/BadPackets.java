package io.fieldmouse.broker;

import static io.fieldmouse.broker.wire.Wire.packet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Packets a broker must refuse, and with which reason: a table for each version on an open connection, and one of what
 * comes instead of CONNECT. Each family of packets has a class of its own, which fills in its rows.
 */
final class BadPackets {
    /** In place of a reason: the connection is closed without a word. */
    static final int CLOSED = -1;

    /** In place of a reason: what is cut off here leaves a good packet, which is no row. */
    static final int GOOD = -2;

    static final int MALFORMED = 0x81;
    static final int PROTOCOL_ERROR = 0x82;

    private final List<Row> rows = new ArrayList<>();
    private final int level;

    private BadPackets(int level) {
        this.level = level;
    }

    /** One of them. */
    @SuppressWarnings("ArrayRecordComponent")
    record Row(String name, int level, int reason, byte[] packet) {
        @Override
        public String toString() {
            return (level == 3 ? "3.1 " : level == 4 ? "3.1.1 " : "5.0 ") + name;
        }
    }

    /** On an open connection of MQTT 5. */
    static List<Row> inMqtt5() {
        BadPackets bad = new BadPackets(5);
        BadPublishes.inMqtt5(bad);
        BadReplies.inMqtt5(bad);
        BadSubscriptions.inMqtt5(bad);
        BadOthers.inMqtt5(bad);
        BadProperties.inMqtt5(bad);
        return bad.rows;
    }

    /** On an open connection of 3.1 (level 3) or 3.1.1 (level 4): every one is answered by closing it. */
    static List<Row> inOlder(int level) {
        BadPackets bad = new BadPackets(level);
        BadPublishes.inOlder(bad);
        BadReplies.inOlder(bad);
        BadSubscriptions.inOlder(bad);
        BadOthers.inOlder(bad);
        return bad.rows;
    }

    static List<Row> insteadOfConnect() {
        List<Row> all = new ArrayList<>();
        for (int level = 3; level <= 5; level++) {
            BadPackets bad = new BadPackets(level);
            if (level == 5) {
                BadConnects.inMqtt5(bad);
                BadProperties.inConnect(bad);
            } else {
                BadConnects.inOlder(bad);
            }
            all.addAll(bad.rows);
        }
        return all;
    }

    int level() {
        return level;
    }

    void row(String name, int reason, byte[] packet) {
        rows.add(new Row(name, level, reason, packet));
    }

    void closed(String name, byte[] packet) {
        row(name, CLOSED, packet);
    }

    /**
     * A row for each length to which this body can be cut.
     *
     * @param reason of a body of so many bytes
     */
    void cutShort(String name, int firstByte, byte[] body, IntUnaryOperator reason) {
        for (int length = 0; length < body.length; length++) {
            int expected = reason.applyAsInt(length);
            if (expected != GOOD) {
                row(
                        name + ": only its first " + length + " bytes",
                        expected,
                        packet(firstByte, Arrays.copyOf(body, length)));
            }
        }
    }
}
