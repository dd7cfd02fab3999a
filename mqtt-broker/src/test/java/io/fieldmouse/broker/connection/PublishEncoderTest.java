package io.fieldmouse.broker.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.connection.PublishEncoder.TopicForm;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the encoder writes against the same packet put together by hand. */
class PublishEncoderTest {
    private static final int[] NO_IDS = {};

    private final PublishEncoder encoder = new PublishEncoder();

    private static Publication publication(String topic, byte[] payload, byte[] properties, long expiresAt) {
        return new Publication(topic, payload, Qos.EXACTLY_ONCE, false, properties, expiresAt, "p");
    }

    /** What it writes, with the payload it leaves to its caller. */
    private byte[] encoded(Publication publication, PublishEncoder.Shape shape, long now) {
        return encoded(publication, shape, TopicForm.PLAIN, now);
    }

    private byte[] encoded(Publication publication, PublishEncoder.Shape shape, TopicForm form, long now) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(0x55); // the batch may hold something already
        assertTrue(encoder.write(out, publication, shape, form, now, Integer.MAX_VALUE));
        byte[] head = ByteBufUtil.getBytes(out, 1, out.readableBytes() - 1);
        out.release();
        boolean copied = publication.payload().length <= PublishEncoder.COPIED_PAYLOAD_MAX;
        return copied ? head : Wire.join(head, publication.payload());
    }

    private static byte[] byHand(Publication publication, PublishEncoder.Shape shape, long expirySeconds) {
        return byHand(publication, shape, TopicForm.PLAIN, expirySeconds);
    }

    private static byte[] byHand(
            Publication publication, PublishEncoder.Shape shape, TopicForm form, long expirySeconds) {
        Publish publish = Publish.of(form.isLeftOut() ? "" : publication.topic(), publication.payload())
                .qos(shape.qos().number(), shape.packetId());
        if (form.alias() > 0) {
            publish.with(Property.topicAlias(form.alias()));
        }
        if (expirySeconds >= 0) {
            publish.with(Property.messageExpiry(expirySeconds));
        }
        for (int id : shape.subscriptionIds()) {
            publish.with(Property.subscriptionId(id));
        }
        publish.with(publication.properties());
        if (shape.retain()) {
            publish.retain();
        }
        if (shape.dup()) {
            publish.dup();
        }
        return publish.bytes(shape.mqtt5() ? 5 : 4);
    }

    @Test
    void anyMixOfReceiversGetsThePacketOfItsShape() {
        Random random = new Random(5);
        int[] sizes = {0, 1, 100, 127, 128, 4_096, 4_097, 20_000};
        byte[][] properties = {{}, Property.user("k", "v".repeat(130)), Property.payloadFormat(1)};
        for (int round = 0; round < 300; round++) {
            long expiresAt = random.nextBoolean() ? Publication.NEVER : 100_000;
            Publication publication = publication(
                    "t/ü".repeat(1 + random.nextInt(50)),
                    new byte[sizes[random.nextInt(sizes.length)]],
                    properties[random.nextInt(properties.length)],
                    expiresAt);
            for (int receiver = 0; receiver < 20; receiver++) {
                Qos qos = Qos.of(random.nextInt(3));
                boolean mqtt5 = random.nextBoolean();
                PublishEncoder.Shape shape = new PublishEncoder.Shape(
                        mqtt5,
                        qos,
                        random.nextBoolean(),
                        qos.isAcknowledged() && random.nextBoolean(),
                        qos.isAcknowledged() ? 1 + random.nextInt(65_535) : 0,
                        mqtt5 && random.nextInt(4) == 0 ? new int[] {1, 128, 268_435_455} : NO_IDS);
                long now = random.nextInt(3) * 20_000L;
                long expiry = expiresAt == Publication.NEVER ? -1 : (expiresAt - now) / 1_000;
                byte[] plain = byHand(publication, shape, expiry);
                assertEquals(plain.length, PublishEncoder.packetBytes(publication, shape));
                TopicForm form = mqtt5 && random.nextBoolean()
                        ? new TopicForm(1 + random.nextInt(65_535), random.nextBoolean())
                        : TopicForm.PLAIN;
                byte[] expected = byHand(publication, shape, form, expiry);
                assertArrayEquals(expected, encoded(publication, shape, form, now));
                expectNothingWritten(publication, shape, form, now, expected.length - 1);
            }
        }
    }

    private void expectNothingWritten(
            Publication publication, PublishEncoder.Shape shape, TopicForm form, long now, int packetBytesMax) {
        ByteBuf out = Unpooled.buffer();
        assertFalse(encoder.write(out, publication, shape, form, now, packetBytesMax));
        assertEquals(0, out.readableBytes());
        out.release();
    }

    @Test
    void remainingExpiryIsRoundedUpAndNeverNegative() {
        Publication publication = publication("t", new byte[0], new byte[0], 10_000);
        PublishEncoder.Shape shape = new PublishEncoder.Shape(true, Qos.AT_MOST_ONCE, false, false, 0, NO_IDS);
        assertArrayEquals(byHand(publication, shape, 10), encoded(publication, shape, 0));
        assertArrayEquals(byHand(publication, shape, 10), encoded(publication, shape, 1));
        assertArrayEquals(byHand(publication, shape, 1), encoded(publication, shape, 9_999));
        assertArrayEquals(byHand(publication, shape, 0), encoded(publication, shape, 20_000));
    }

    @Test
    void packetThatIsTooLargeIsNotWrittenFromTheCacheEither() {
        Publication publication = publication("t", new byte[10], new byte[0], Publication.NEVER);
        PublishEncoder.Shape shape = new PublishEncoder.Shape(false, Qos.AT_LEAST_ONCE, false, false, 1, NO_IDS);
        int size = PublishEncoder.packetBytes(publication, shape);
        ByteBuf out = Unpooled.buffer();
        assertFalse(encoder.write(out, publication, shape, TopicForm.PLAIN, 0, size - 1));
        assertTrue(encoder.write(out, publication, shape, TopicForm.PLAIN, 0, size));
        assertFalse(encoder.write(out, publication, shape, TopicForm.PLAIN, 0, size - 1));
        assertEquals(size, out.readableBytes());
        out.release();
    }
}
