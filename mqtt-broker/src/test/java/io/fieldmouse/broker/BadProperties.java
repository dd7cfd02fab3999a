package io.fieldmouse.broker;

import static io.fieldmouse.broker.BadPackets.MALFORMED;
import static io.fieldmouse.broker.wire.Wire.AUTH;
import static io.fieldmouse.broker.wire.Wire.CONNECT;
import static io.fieldmouse.broker.wire.Wire.DISCONNECT;
import static io.fieldmouse.broker.wire.Wire.PUBACK;
import static io.fieldmouse.broker.wire.Wire.PUBCOMP;
import static io.fieldmouse.broker.wire.Wire.PUBLISH;
import static io.fieldmouse.broker.wire.Wire.PUBREC;
import static io.fieldmouse.broker.wire.Wire.PUBREL;
import static io.fieldmouse.broker.wire.Wire.SUBSCRIBE;
import static io.fieldmouse.broker.wire.Wire.UNSUBSCRIBE;
import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.properties;
import static io.fieldmouse.broker.wire.Wire.text;
import static io.fieldmouse.broker.wire.Wire.u16;
import static io.fieldmouse.broker.wire.Wire.u32;
import static io.fieldmouse.broker.wire.Wire.u8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Every property of MQTT 5 in every packet and will of a client that may not carry it (section 2.2.2.2). */
final class BadProperties {
    private static final byte[] NO_PROPERTIES = properties();
    private static final Map<Integer, byte[]> SAMPLES = samples();
    private static final int SUBSCRIPTION_ID = 0x0B;

    private BadProperties() {}

    private static Map<Integer, byte[]> samples() {
        Map<Integer, byte[]> samples = new LinkedHashMap<>();
        for (int octet : new int[] {0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A, SUBSCRIPTION_ID}) {
            samples.put(octet, join(u8(octet), u8(1)));
        }
        for (int number : new int[] {0x13, 0x21, 0x22, 0x23}) {
            samples.put(number, join(u8(number), u16(1)));
        }
        for (int seconds : new int[] {0x02, 0x11, 0x18, 0x27}) {
            samples.put(seconds, join(u8(seconds), u32(1_000)));
        }
        for (int words : new int[] {0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F}) {
            samples.put(words, join(u8(words), text("a")));
        }
        for (int unknown : new int[] {0x04, 0x0A, 0x0C, 0x10, 0x14, 0x1B, 0x1D, 0x20, 0x2B, 0x3F, 0x7F}) {
            samples.put(unknown, join(u8(unknown), u8(1)));
        }
        return samples;
    }

    @Proves("MQTT-3.3.4-6")
    static void inMqtt5(BadPackets bad) {
        // For a Subscription Identifier in a PUBLISH there is a statement of its own [MQTT-3.3.4-6].
        Set<Integer> publish = Set.of(0x01, 0x02, 0x03, 0x08, 0x09, SUBSCRIPTION_ID, 0x23);
        in(bad, "PUBLISH", publish, properties -> packet(PUBLISH, text("t"), properties));
        in(bad, "SUBSCRIBE", Set.of(SUBSCRIPTION_ID), p -> packet(SUBSCRIBE, u16(1), p, text("t"), u8(0)));
        in(bad, "UNSUBSCRIBE", Set.of(), properties -> packet(UNSUBSCRIBE, u16(1), properties, text("t")));
        Set<Integer> reason = Set.of(0x1F);
        in(bad, "PUBACK", reason, properties -> packet(PUBACK, u16(1), u8(0), properties));
        in(bad, "PUBREC", reason, properties -> packet(PUBREC, u16(1), u8(0), properties));
        in(bad, "PUBREL", reason, properties -> packet(PUBREL, u16(1), u8(0), properties));
        in(bad, "PUBCOMP", reason, properties -> packet(PUBCOMP, u16(1), u8(0), properties));
        in(bad, "DISCONNECT", Set.of(0x11, 0x1F), properties -> packet(DISCONNECT, u8(0), properties));
        in(bad, "AUTH", Set.of(0x15, 0x16, 0x1F), properties -> packet(AUTH, u8(0x18), properties));
    }

    static void inConnect(BadPackets bad) {
        byte[] head = join(text("MQTT"), u8(5));
        Set<Integer> connect = Set.of(0x11, 0x15, 0x16, 0x17, 0x19, 0x21, 0x22, 0x27);
        in(bad, "CONNECT", connect, p -> packet(CONNECT, head, u8(2), u16(0), p, text("bad")));
        byte[] start = join(head, u8(6), u16(0), NO_PROPERTIES, text("bad"));
        Set<Integer> will = Set.of(0x01, 0x02, 0x03, 0x08, 0x09, 0x18);
        in(bad, "CONNECT: will", will, p -> packet(CONNECT, start, p, text("w"), text("p")));
    }

    private static void in(BadPackets bad, String where, Set<Integer> allowed, UnaryOperator<byte[]> packet) {
        SAMPLES.forEach((id, property) -> {
            if (!allowed.contains(id)) {
                String name = String.format("%s: property %02X", where, id);
                bad.row(name, MALFORMED, packet.apply(properties(property)));
            }
        });
    }
}
