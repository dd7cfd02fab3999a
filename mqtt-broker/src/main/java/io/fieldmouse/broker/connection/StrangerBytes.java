package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.session.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands at the socket of a listener with TLS or WebSocket, until the client's CONNECT is accepted: a handshake or a
 * request that is never finished is collected there, below the framer, which counts the rest.
 *
 * <p>Its surprise: it counts what has come, not what is held, for nobody tells it what became of it. Who connects has
 * little to say before it is let in.
 */
final class StrangerBytes extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(StrangerBytes.class);

    /** Not counted: a handshake and a CONNECT of usual size find room whatever others have taken. */
    private static final int FREE_BYTES = 4 * 1_024;

    private final ByteBudget budget;
    private final Counters counters;
    private final Caller caller;
    private long received;
    private long budgeted;
    private boolean refused;

    StrangerBytes(ByteBudget budget, Counters counters, Caller caller) {
        this.budget = budget;
        this.counters = counters;
        this.caller = caller;
    }

    static void addTo(ChannelPipeline pipeline, Shared shared, Caller caller) {
        pipeline.addLast("stranger", new StrangerBytes(shared.strangers(), shared.counters(), caller));
    }

    /** The client is let in. */
    static void welcome(ChannelPipeline pipeline) {
        if (pipeline.get(StrangerBytes.class) != null) {
            pipeline.remove(StrangerBytes.class);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        received += bytes.readableBytes();
        long due = Math.max(0, received - FREE_BYTES) - budgeted;
        if (!refused && (due == 0 || budget.tryTake(due))) {
            budgeted += due;
            ctx.fireChannelRead(msg);
            return;
        }
        bytes.release();
        if (!refused) {
            refused = true;
            counters.add(Counter.REFUSED_STRANGERS_FULL);
            LOG.info("closing {} detail=\"too many clients are connecting\"", caller);
            ctx.close();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        budget.give(budgeted);
        budgeted = 0;
    }
}
