package io.fieldmouse.broker.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.session.ByteBudget;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalAddress;
import org.junit.jupiter.api.Test;

class StrangerBytesTest {
    private final ByteBudget budget = new ByteBudget(10_000);
    private final Counters counters = new Counters();

    private EmbeddedChannel stranger() {
        EmbeddedChannel channel = new EmbeddedChannel();
        Caller caller = new Caller("tls", new LocalAddress("tls"), channel);
        channel.pipeline().addLast(new StrangerBytes(budget, counters, caller));
        return channel;
    }

    private static void receive(EmbeddedChannel channel, int bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[bytes]));
    }

    @Test
    void whatComesIsCountedBeyondAHandshakeOfUsualSize() {
        EmbeddedChannel stranger = stranger();
        receive(stranger, 4_000);
        assertEquals(0, budget.bytes());
        receive(stranger, 4_000);
        assertEquals(8_000 - 4_096, budget.bytes());
        stranger.finishAndReleaseAll();
        assertEquals(0, budget.bytes());
    }

    @Test
    void whoFindsNoRoomIsClosedAndThoseWhoSayLittleAreNot() {
        budget.take(9_000);
        EmbeddedChannel large = stranger();
        receive(large, 6_000);
        assertFalse(large.isOpen());
        assertEquals(1, counters.get(Counter.REFUSED_STRANGERS_FULL));
        EmbeddedChannel small = stranger();
        receive(small, 4_000);
        assertTrue(small.isOpen());
        large.finishAndReleaseAll();
        small.finishAndReleaseAll();
        assertEquals(9_000, budget.bytes());
    }

    @Test
    void whoIsLetInIsCountedNoMore() {
        EmbeddedChannel client = stranger();
        receive(client, 8_000);
        StrangerBytes.welcome(client.pipeline());
        assertEquals(0, budget.bytes());
        receive(client, 50_000);
        assertEquals(0, budget.bytes());
        client.finishAndReleaseAll();
    }
}
