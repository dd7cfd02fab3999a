package io.fieldmouse.broker;

import static io.fieldmouse.broker.wire.Wire.CONNECT;
import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.text;
import static io.fieldmouse.broker.wire.Wire.u16;
import static io.fieldmouse.broker.wire.Wire.u8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What MQTT 3.1 allows its clients and 3.1.1 forbids them. */
@OneLaneAndFour
class Mqtt31Test extends BrokerTestBase {

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 8, 10, 15})
    void flagsThatAreNotUsedAreNotLookedAt(int flags) {
        RawClient client = client(3, "a");
        client.send(packet(0x80 | flags, u16(1), text("t"), u8(1)));
        assertEquals(1, client.expect(PacketType.SUBACK).codes().get(0));
        client.send(Publish.of("unheard", "m").qos(2, 7));
        client.expect(PacketType.PUBREC, 7, 0);
        client.send(packet(0x40 | flags, u16(9)), packet(0x60 | flags, u16(7)));
        client.expect(PacketType.PUBCOMP, 7, 0);
        client.send(packet(0xA0 | flags, u16(2), text("t")));
        client.expect(PacketType.UNSUBACK);
        client.send(packet(0xC0 | flags));
        client.expect(PacketType.PINGRESP);
        client.send(packet(0xE0 | flags));
        client.expectClosed();
    }

    @Test
    void requestsMayBeSentAgainMarkedAsCopies() {
        RawClient client = client(3, "a");
        byte[] filter = join(u16(1), text("t"), u8(0));
        client.send(packet(0x82, filter), packet(0x8A, filter));
        client.expect(PacketType.SUBACK);
        client.expect(PacketType.SUBACK);
        client.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80, 0x40, 0xC0, 0x86, 0xC6})
    void flagsOfAUserNameAndPasswordThatAreNotThereDoNotCount(int flags) {
        byte[] will = (flags & 0x04) == 0 ? new byte[0] : join(text("w"), text("p"));
        RawClient client = open(3);
        client.send(packet(CONNECT, text("MQIsdp"), u8(3), u8(flags | 2), u16(0), text("a"), will));
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
        client.expectSilence();
    }

    @Test
    void flagOfAPasswordThatIsNotThereDoesNotCount() {
        RawClient client = open(3);
        client.send(packet(CONNECT | 0x0F, text("MQIsdp"), u8(3), u8(0xC2), u16(0), text("a"), text("user")));
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
        client.expectSilence();
    }
}
