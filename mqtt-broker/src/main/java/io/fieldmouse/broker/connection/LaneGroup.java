package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.Lanes;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The broker's threads: one event loop for each lane, on the system's own transport where there is one. */
public final class LaneGroup implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final List<NettyLane> lanes = new ArrayList<>();
    private final Class<? extends ServerChannel> serverChannel;

    private LaneGroup(int count, boolean epoll) {
        IoHandlerFactory transport = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        serverChannel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("lane"), transport);
        for (int i = 0; i < count; i++) {
            lanes.add(new NettyLane(i, (EventLoop) group.next(), count));
        }
        NettyLane.introduce(lanes);
    }

    /**
     * On the system's own transport where there is one.
     *
     * @param count at least 1
     */
    public static LaneGroup fastest(int count) {
        return new LaneGroup(count, Epoll.isAvailable());
    }

    /** As {@link #fastest}, on Java's transport, which is there on every system. */
    public static LaneGroup portable(int count) {
        return new LaneGroup(count, false);
    }

    public Lanes lanes() {
        return new Lanes(lanes);
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    NettyLane laneOf(EventLoop loop) {
        for (NettyLane lane : lanes) {
            if (lane.loop() == loop) {
                return lane;
            }
        }
        throw new IllegalArgumentException("not one of this group's loops");
    }

    /** Stops the threads; waits for at most a second. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 500, TimeUnit.MILLISECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
}
