package io.fieldmouse.broker.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Wire;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForwardedPropertiesTest {

    @Test
    void noneIsNoBytes() {
        assertEquals(0, ForwardedProperties.NONE.toBytes().length);
        assertSame(ForwardedProperties.NONE, ForwardedProperties.fromBytes(new byte[0]));
    }

    @Test
    void bytesAreThoseOfTheWire() {
        ForwardedProperties properties = new ForwardedProperties(
                1, "type", "answer/ü", new byte[] {0, -1}, List.of(Map.entry("k", "v"), Map.entry("k", "")));
        byte[] expected = Wire.join(
                Property.payloadFormat(1),
                Property.contentType("type"),
                Property.responseTopic("answer/ü"),
                Property.correlationData(new byte[] {0, -1}),
                Property.user("k", "v"),
                Property.user("k", ""));
        assertArrayEquals(expected, properties.toBytes());
    }

    @Test
    void readsWhatItWrote() {
        ForwardedProperties properties = new ForwardedProperties(
                0, "", "t", new byte[300], List.of(Map.entry("", "x".repeat(65_535)), Map.entry("a", "b")));
        ForwardedProperties read = ForwardedProperties.fromBytes(properties.toBytes());
        assertEquals(0, read.payloadFormat());
        assertEquals("", read.contentType());
        assertEquals("t", read.responseTopic());
        assertArrayEquals(new byte[300], read.correlationData());
        assertEquals(properties.userProperties(), read.userProperties());
    }

    @Test
    void otherPropertiesAreNotAccepted() {
        assertThrows(IllegalArgumentException.class, () -> ForwardedProperties.fromBytes(Property.messageExpiry(1)));
    }
}
