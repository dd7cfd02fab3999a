package io.fieldmouse.broker;

import static io.fieldmouse.broker.wire.Wire.PINGREQ;
import static io.fieldmouse.broker.wire.Wire.PUBACK;
import static io.fieldmouse.broker.wire.Wire.PUBCOMP;
import static io.fieldmouse.broker.wire.Wire.PUBREC;
import static io.fieldmouse.broker.wire.Wire.PUBREL;
import static io.fieldmouse.broker.wire.Wire.SUBSCRIBE;
import static io.fieldmouse.broker.wire.Wire.UNSUBSCRIBE;
import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.text;
import static io.fieldmouse.broker.wire.Wire.u16;
import static io.fieldmouse.broker.wire.Wire.u8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole conversation is answered the same wherever the network splits its bytes. */
@OneLaneAndFour
class SplitConversationTest extends BrokerTestBase {

    @Override
    String[] settings() {
        return new String[] {"durability", "none"};
    }

    /** Answers to {@link #conversation}. */
    private static final int ANSWERS = 12;

    /** Every packet a client sends, without a wait for any answer; DISCONNECT has to wait for all of them. */
    private static byte[] conversation(int level) {
        byte[] none = level >= 5 ? Wire.properties() : new byte[0];
        Publish exactlyOnce = Publish.of("a/b", "second").qos(2, 2);
        Connect connect = Connect.as(level, "client").will("w", "will", 1, true);
        if (level >= 5) {
            exactlyOnce.with(Property.user("k", "v")).with(Property.messageExpiry(100));
            connect.with(Property.receiveMaximum(9)).willWith(Property.willDelay(5));
        }
        return join(
                connect.bytes(),
                packet(SUBSCRIBE, u16(1), none, text("a/+"), u8(0), text("b"), u8(2)),
                Publish.of("a/b", "zero").bytes(level),
                Publish.of("a/b", "first").qos(1, 1).retain().bytes(level),
                exactlyOnce.bytes(level),
                packet(PUBREL, u16(2)),
                Publish.of("a/b", new byte[150]).bytes(level),
                packet(PUBACK, u16(70)),
                packet(PUBREC, u16(71)),
                packet(PUBCOMP, u16(72)),
                packet(PINGREQ),
                packet(UNSUBSCRIBE, u16(3), none, text("a/+"), text("b")),
                Publish.of("a/b", "unheard").bytes(level),
                Publish.of("a/b", "").retain().bytes(level));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void conversationIsAnsweredTheSameWhereverItIsSplit(int level) {
        byte[] all = conversation(level);
        Map<PacketType, List<String>> whole = answers(level, all);
        assertEquals(4, whole.getOrDefault(PacketType.PUBLISH, List.of()).size());
        assertEquals(9, whole.size(), whole::toString);
        for (int split = 1; split < all.length; split++) {
            byte[] first = Arrays.copyOf(all, split);
            byte[] second = Arrays.copyOfRange(all, split, all.length);
            assertEquals(whole, answers(level, first, second), "split after " + split + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void conversationIsAnsweredTheSameWhenItComesByteByByte(int level) {
        byte[] all = conversation(level);
        byte[][] bytes = new byte[all.length][];
        for (int i = 0; i < all.length; i++) {
            bytes[i] = new byte[] {all[i]};
        }
        assertEquals(answers(level, all), answers(level, bytes));
    }

    /** All that came, by type: acknowledgements wait for the store, other answers do not. */
    private Map<PacketType, List<String>> answers(int level, byte[]... parts) {
        Map<PacketType, List<String>> answers = new TreeMap<>();
        try (RawClient client = new RawClient(broker.port(), level)) {
            for (byte[] part : parts) {
                client.send(part);
            }
            for (int i = 0; i < ANSWERS; i++) {
                Packet packet = client.receive();
                answers.computeIfAbsent(packet.type(), type -> new ArrayList<>())
                        .add(packet.toString());
            }
            client.expectSilence();
            client.send(new byte[] {(byte) Wire.DISCONNECT});
            client.send(new byte[] {0});
            client.expectClosed();
        }
        return answers;
    }
}
