package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.Lane;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;

/**
 * How a connection ends from this side: sends what is left, says that nothing follows, and hears the client out for a
 * moment. A socket that is closed while input waits in it is reset, and the packet that says why would be lost on a
 * client that is still sending.
 */
final class HangUp {
    /** For the socket to take what a client that is closed has yet to be sent. */
    private static final Duration LAST_WORDS_MAX = Duration.ofSeconds(10);

    /** For a client that was told why it is closed, to read that and close its side. */
    private static final Duration HANG_UP_MAX = Duration.ofSeconds(1);

    private HangUp() {}

    /** Behind what the batch holds. */
    static void after(OutboundBatch batch, Channel channel, Lane lane, Runnable discardInput) {
        boolean hears = channel.isWritable(); // asked before the last words make it full
        ChannelFuture sent = batch.sendLast();
        if (!hears) {
            channel.close(); // it does not read: it would not hear us either
            return;
        }
        WebSocketFrames frames = channel.pipeline().get(WebSocketFrames.class);
        if (frames != null) {
            sent = frames.sayClose();
        }
        discardInput.run();
        after(sent, channel, lane);
    }

    /** Behind what was written last. What the client sends meanwhile is for the caller to ignore. */
    static void after(ChannelFuture sent, Channel channel, Lane lane) {
        if (!(channel instanceof DuplexChannel socket)) {
            channel.close();
            return;
        }
        Lane.Timer tooSlow = lane.schedule(LAST_WORDS_MAX, channel::close);
        endOfTls(channel, sent).addListener(done -> {
            tooSlow.cancel();
            socket.shutdownOutput(); // which drops what is not sent: therefore only now
            lane.schedule(HANG_UP_MAX, channel::close);
        });
    }

    /** Without TLS's own word for the end a client could not tell it from a line that was cut by somebody else. */
    private static ChannelFuture endOfTls(Channel channel, ChannelFuture sent) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return sent;
        }
        tls.closeOutbound();
        // Below TLS, as the last in the channel's queue.
        return channel.pipeline().context(tls).writeAndFlush(Unpooled.EMPTY_BUFFER);
    }
}
