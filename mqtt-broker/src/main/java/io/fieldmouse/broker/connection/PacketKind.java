package io.fieldmouse.broker.connection;

/** The control packet types by their number (MQTT 5 section 2.1.2). */
enum PacketKind {
    RESERVED,
    CONNECT,
    CONNACK,
    PUBLISH,
    PUBACK,
    PUBREC,
    PUBREL,
    PUBCOMP,
    SUBSCRIBE,
    SUBACK,
    UNSUBSCRIBE,
    UNSUBACK,
    PINGREQ,
    PINGRESP,
    DISCONNECT,
    AUTH;

    private static final PacketKind[] BY_NUMBER = values();

    /** The type with this number, 0 to 15. */
    static PacketKind of(int number) {
        return BY_NUMBER[number];
    }
}
