package io.fieldmouse.broker.wire;

import io.fieldmouse.broker.Proves;
import java.util.List;
import java.util.Set;

/**
 * What the specifications demand of every packet a server sends, and of their sequence on one connection. Each packet
 * that any test receives is held against these.
 */
@Proves({
    "MQTT-2.1.3-1",
    "MQTT-2.2.1-4",
    "MQTT-3.2.0-1",
    "MQTT-3.2.0-2",
    "MQTT-3.2.2-1",
    "MQTT-3.2.2-6",
    "MQTT-3.2.2-8",
    "MQTT-3.2.2-20",
    "MQTT-3.3.1-2",
    "MQTT-3.4.2-1",
    "MQTT-3.4.2-3",
    "MQTT-3.5.2-1",
    "MQTT-3.5.2-3",
    "MQTT-3.6.1-1",
    "MQTT-3.6.2-1",
    "MQTT-3.6.2-2",
    "MQTT-3.6.2-3",
    "MQTT-3.7.2-1",
    "MQTT-3.7.2-2",
    "MQTT-3.7.2-3",
    "MQTT-3.9.2-2",
    "MQTT-3.9.3-2",
    "MQTT-3.11.2-2",
    "MQTT-3.11.3-2",
    "MQTT-3.14.0-1",
    "MQTT-3.14.2-1",
    "MQTT-3.14.2-2",
    "MQTT-3.14.2-4",
    "MQTT-3.14.4-1",
    "MQTT-3.15.2-1",
    "MQTT-3.15.2-2",
    "MQTT-3.15.2-3",
    "MQTT-2.2.2-1 of 3.1.1",
    "MQTT-2.3.1-1 of 3.1.1",
    "MQTT-3.2.0-1 of 3.1.1",
    "MQTT-3.2.2-4 of 3.1.1",
    "MQTT-3.3.1-2 of 3.1.1",
    "MQTT-3.6.1-1 of 3.1.1",
    "MQTT-3.9.3-2 of 3.1.1"
})
final class ServerRules {
    private static final Set<Integer> CONNECT_REASONS = Set.of(
            0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A,
            0x9B, 0x9C, 0x9D, 0x9F);
    private static final Set<Integer> PUBLISH_REASONS = Set.of(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99);
    private static final Set<Integer> RELEASE_REASONS = Set.of(0x00, 0x92);
    private static final Set<Integer> SUBSCRIBE_REASONS =
            Set.of(0, 1, 2, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2);
    private static final Set<Integer> OLD_SUBSCRIBE_CODES = Set.of(0, 1, 2, 0x80);
    private static final Set<Integer> UNSUBSCRIBE_REASONS = Set.of(0, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91);
    private static final Set<Integer> DISCONNECT_REASONS = Set.of(
            0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97,
            0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2);
    private static final Set<Integer> AUTH_REASONS = Set.of(0x00, 0x18);

    private final int level;
    private boolean answered;
    private boolean accepted;
    private boolean goodbyeSaid;

    ServerRules(int level) {
        this.level = level;
    }

    /** The packet, which comes after those it was called with before. */
    Packet checked(Packet packet) {
        checkSequence(packet);
        checkFlags(packet);
        checkFields(packet);
        checkWords(packet);
        return packet;
    }

    private void checkSequence(Packet packet) {
        require(!goodbyeSaid, "[MQTT-3.14.4-1] something comes after DISCONNECT", packet);
        switch (packet.type()) {
            case AUTH -> {}
            case CONNACK -> {
                require(!answered, "[MQTT-3.2.0-2] a second CONNACK", packet);
                answered = true;
                accepted = packet.reason() == 0;
            }
            case DISCONNECT -> {
                require(accepted, "[MQTT-3.14.0-1] DISCONNECT without a good CONNACK", packet);
                goodbyeSaid = true;
            }
            default -> require(accepted, "[MQTT-3.2.0-1] something comes before a good CONNACK", packet);
        }
    }

    private static void checkFlags(Packet packet) {
        switch (packet.type()) {
            case PUBLISH -> {
                require(packet.qos() < 3, "[MQTT-3.3.1-4] QoS 3", packet);
                require(!packet.dup() || packet.qos() > 0, "[MQTT-3.3.1-2] DUP at QoS 0", packet);
            }
            case PUBREL -> require(packet.flags() == 2, "[MQTT-3.6.1-1] flags", packet);
            default -> require(packet.flags() == 0, "[MQTT-2.1.3-1] flags", packet);
        }
    }

    private void checkFields(Packet packet) {
        switch (packet.type()) {
            case CONNACK -> checkConnack(packet);
            case PUBLISH -> {
                require(packet.qos() == 0 || packet.packetId() != 0, "[MQTT-2.2.1-4] packet id 0", packet);
                requireNone(packet, "+", "#");
            }
            case PUBACK, PUBREC -> requireReason(packet, PUBLISH_REASONS);
            case PUBREL, PUBCOMP -> requireReason(packet, RELEASE_REASONS);
            case SUBACK -> requireCodes(packet, level < 5 ? OLD_SUBSCRIBE_CODES : SUBSCRIBE_REASONS);
            case UNSUBACK -> requireCodes(packet, level < 5 ? Set.of() : UNSUBSCRIBE_REASONS);
            case DISCONNECT -> {
                require(level >= 5, "DISCONNECT before 5.0", packet);
                requireReason(packet, DISCONNECT_REASONS);
                require(!packet.has(Property.SESSION_EXPIRY), "[MQTT-3.14.2-2] session expiry", packet);
            }
            case AUTH -> requireReason(packet, AUTH_REASONS);
            case PINGRESP -> {}
            case RESERVED, CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> require(false, "not a server's packet", packet);
        }
    }

    /** This broker says nothing beside its codes but reason strings, where it refuses: so nothing else can be too long. */
    private static void checkWords(Packet packet) {
        switch (packet.type()) {
            case PUBLISH -> {}
            case PUBREL, PUBCOMP, AUTH -> {
                require(!packet.has(Property.REASON_STRING), "reason string", packet);
                require(packet.userProperties().isEmpty(), "user properties", packet);
            }
            default -> require(packet.userProperties().isEmpty(), "user properties", packet);
        }
    }

    private void checkConnack(Packet packet) {
        require(packet.acknowledgeFlags() <= 1, "[MQTT-3.2.2-1] flags of CONNACK", packet);
        require(packet.reason() == 0 || packet.acknowledgeFlags() == 0, "[MQTT-3.2.2-6] session present", packet);
        if (level < 5) {
            require(packet.reason() <= 5, "no return code of 3.1.1 (section 3.2.2.3)", packet);
        } else {
            requireReason(packet, CONNECT_REASONS);
        }
    }

    private static void requireNone(Packet packet, String... wildcards) {
        require(
                List.of(wildcards).stream().noneMatch(packet.topic()::contains),
                "[MQTT-3.3.2-2] wildcard in a topic",
                packet);
    }

    private static void requireReason(Packet packet, Set<Integer> reasons) {
        require(reasons.contains(packet.reason()), "not a reason of its table", packet);
    }

    private static void requireCodes(Packet packet, Set<Integer> codes) {
        require(codes.containsAll(packet.codes()), "codes not of its table: " + packet.codes(), packet);
    }

    private static void require(boolean holds, String rule, Packet packet) {
        if (!holds) {
            throw new AssertionError(rule + ": " + packet);
        }
    }
}
