package io.fieldmouse.broker.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class ReadSizeTest {
    private static void read(ExtendedHandle handle, int bytes) {
        handle.reset(new EmbeddedChannel().config());
        handle.attemptedBytesRead(handle.guess());
        handle.lastBytesRead(Math.min(bytes, handle.guess()));
        handle.readComplete();
    }

    private static int guessAfterFullReads(ExtendedHandle handle, int reads) {
        for (int i = 0; i < reads; i++) {
            read(handle, Integer.MAX_VALUE);
        }
        return handle.guess();
    }

    @Test
    void strangersAreReadInSmallPiecesHoweverMuchTheySend() {
        assertEquals(2_048, guessAfterFullReads(new ReadSize(false).newHandle(), 20));
    }

    @Test
    void readsOfAClientThatSendsMuchGrow() {
        for (boolean enveloped : new boolean[] {false, true}) {
            ReadSize size = new ReadSize(enveloped);
            ExtendedHandle handle = size.newHandle();
            size.welcome();
            assertEquals(enveloped ? 16_384 : 65_536, guessAfterFullReads(handle, 20));
        }
    }

    @Test
    void readsShrinkWhenTheyStayAlmostEmptyButNotForOneThatDoes() {
        ReadSize size = new ReadSize(false);
        ExtendedHandle handle = size.newHandle();
        size.welcome();
        guessAfterFullReads(handle, 20);
        read(handle, 100);
        assertEquals(65_536, handle.guess());
        for (int i = 0; i < 20; i++) {
            read(handle, 100);
        }
        assertEquals(512, handle.guess());
    }
}
