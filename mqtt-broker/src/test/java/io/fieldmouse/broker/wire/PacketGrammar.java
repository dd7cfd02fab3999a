package io.fieldmouse.broker.wire;

import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.text;
import static io.fieldmouse.broker.wire.Wire.u16;
import static io.fieldmouse.broker.wire.Wire.u8;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes conversations of good packets: few clients, topics and packet ids, so that they meet. Good each for itself; in
 * their order they may well be wrong, such as an acknowledgement of nothing.
 */
public final class PacketGrammar {
    private static final String[] TOPICS = {"f/a", "f/b", "f/a/b", "f", "/f", "f//b", "f/\u00fc", "$f/a"};
    private static final String[] FILTERS = {"f/+", "f/#", "+/a", "#", "f/+/b", "$f/#", "$share/g/f/+", "$queue/f/a"};
    private static final int[] REASONS = {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99, 0x92, 0x04};
    private static final int CLIENTS = 60;
    private static final int PACKETS_MAX = 8;
    private static final int LARGE_BYTES = 70_000;

    private final Random random;

    public PacketGrammar(Random random) {
        this.random = random;
    }

    /** A CONNECT and some packets after it. */
    public List<byte[]> conversation() {
        int level = 3 + random.nextInt(3);
        List<byte[]> packets = new ArrayList<>();
        packets.add(connect(level));
        for (int left = 1 + random.nextInt(PACKETS_MAX); left > 0; left--) {
            packets.add(any(level));
        }
        return packets;
    }

    private boolean oneIn(int cases) {
        return random.nextInt(cases) == 0;
    }

    private String topic() {
        return TOPICS[random.nextInt(TOPICS.length)];
    }

    private String filter() {
        return oneIn(3) ? topic() : FILTERS[random.nextInt(FILTERS.length)];
    }

    private int packetId() {
        return oneIn(20) ? 1 + random.nextInt(65_535) : 1 + random.nextInt(6);
    }

    private byte[] payload() {
        if (oneIn(2_000)) {
            return new byte[LARGE_BYTES];
        }
        byte[] payload = new byte[oneIn(10) ? random.nextInt(300) : random.nextInt(12)];
        random.nextBytes(payload);
        return payload;
    }

    private byte[] connect(int level) {
        Connect connect = Connect.as(level, oneIn(30) ? "" : "f" + random.nextInt(CLIENTS));
        if (oneIn(2)) {
            connect.durable();
        }
        if (oneIn(4)) {
            connect.keepAlive(random.nextInt(65_536));
        }
        if (oneIn(4)) {
            connect.will(topic(), "gone", random.nextInt(3), oneIn(3));
        }
        if (level == 5) {
            if (oneIn(4)) {
                connect.with(Property.receiveMaximum(1 + random.nextInt(20)));
            }
            if (oneIn(8)) {
                connect.with(Property.maximumPacketSize(1 + random.nextInt(300)));
            }
            if (oneIn(8)) {
                connect.with(join(u8(Property.TOPIC_ALIAS_MAXIMUM), u16(random.nextInt(20))));
            }
            if (oneIn(8)) {
                connect.with(Property.user("k", "v")).willWith(Property.willDelay(random.nextInt(3)));
            }
            if (oneIn(50)) {
                connect.with(Property.authenticationMethod("SCRAM-SHA-256"));
            }
        }
        return connect.bytes();
    }

    private byte[] any(int level) {
        int draw = random.nextInt(100);
        if (draw < 40) {
            return publish(level);
        } else if (draw < 60) {
            return subscribe(level);
        } else if (draw < 65) {
            return unsubscribe(level);
        } else if (draw < 90) {
            return reply(level);
        } else if (draw < 94) {
            return packet(Wire.PINGREQ);
        } else if (draw < 98) {
            return disconnect(level);
        }
        return oneIn(2)
                ? connect(level)
                : packet(Wire.AUTH, u8(0x18), Wire.properties(Property.authenticationMethod("a")));
    }

    private byte[] publish(int level) {
        Publish publish = Publish.of(topic(), payload());
        int qos = random.nextInt(3);
        if (qos > 0) {
            publish.qos(qos, packetId());
            if (oneIn(4)) {
                publish.dup();
            }
        }
        if (oneIn(8)) {
            publish.retain();
        }
        for (int left = level == 5 ? random.nextInt(4) : 0; left > 0; left--) {
            publish.with(publishProperty());
        }
        return publish.bytes(level);
    }

    private byte[] publishProperty() {
        return switch (random.nextInt(8)) {
            case 0 -> Property.payloadFormat(random.nextInt(2));
            case 1 -> Property.messageExpiry(random.nextInt(100));
            case 2 -> Property.contentType("text");
            case 3 -> Property.responseTopic(topic());
            case 4 -> Property.correlationData(payload());
            case 5 -> Property.topicAlias(1 + random.nextInt(12));
            default -> Property.user("key", "value");
        };
    }

    private byte[] subscribe(int level) {
        byte[] properties = level < 5
                ? new byte[0]
                : oneIn(3) ? Wire.properties(Property.subscriptionId(1 + random.nextInt(300))) : Wire.properties();
        byte[] filters = {};
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            int options = random.nextInt(3) | (level < 5 ? 0 : random.nextInt(4) << 2 | random.nextInt(3) << 4);
            filters = join(filters, text(filter()), u8(options));
        }
        return packet(Wire.SUBSCRIBE, u16(packetId()), properties, filters);
    }

    private byte[] unsubscribe(int level) {
        byte[] properties = level < 5 ? new byte[0] : Wire.properties();
        return packet(Wire.UNSUBSCRIBE, u16(packetId()), properties, text(filter()), text(filter()));
    }

    private byte[] reply(int level) {
        int[] types = {Wire.PUBACK, Wire.PUBREC, Wire.PUBREL, Wire.PUBCOMP};
        int type = types[random.nextInt(types.length)];
        if (level < 5 || oneIn(2)) {
            return packet(type, u16(packetId()));
        }
        byte[] reason = u8(REASONS[random.nextInt(REASONS.length)]);
        return oneIn(2)
                ? packet(type, u16(packetId()), reason)
                : packet(type, u16(packetId()), reason, Wire.properties(Property.reasonString("why")));
    }

    private byte[] disconnect(int level) {
        if (level < 5 || oneIn(2)) {
            return packet(Wire.DISCONNECT);
        }
        byte[] properties = oneIn(2) ? Wire.properties(Property.sessionExpiry(random.nextInt(3))) : Wire.properties();
        return packet(Wire.DISCONNECT, u8(oneIn(2) ? 0x00 : 0x04), properties);
    }
}
