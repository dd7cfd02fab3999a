package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.Lanes;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The broker's threads: one event loop for each lane, on the system's own transport where there is one. */
public final class LaneGroup implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final List<NettyLane> lanes = new ArrayList<>();
    private final boolean epoll;

    private LaneGroup(int count, boolean epoll) {
        IoHandlerFactory transport = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.epoll = epoll;
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
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends ServerChannel> domainServerChannel() {
        return epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
    }

    /** A socket file's address as this transport understands it. */
    SocketAddress domainAddress(Path path) {
        return epoll ? new DomainSocketAddress(path.toFile()) : UnixDomainSocketAddress.of(path);
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
