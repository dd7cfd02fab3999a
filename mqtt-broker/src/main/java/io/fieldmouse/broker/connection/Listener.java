package io.fieldmouse.broker.connection;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A place where clients connect. What its terms say decides which handlers stand between the socket and the framer;
 * from the framer upwards all connections are alike: a stream of bytes, in order and without loss [MQTT-4.2.0-1],
 * [MQTT-7.1.1-1 of 3.1.1].
 */
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    /**
     * Bytes not yet under way that the system may hold of a connection. Left to itself it holds megabytes, and takes
     * more only when a third of them is gone: whether a slow client reads could not be seen for minutes.
     */
    private static final long UNSENT_IN_SYSTEM_BYTES = 64 * 1024;

    private final Channel serverChannel;
    private final ChannelGroup connections;

    private Listener(Channel serverChannel, ChannelGroup connections) {
        this.serverChannel = serverChannel;
        this.connections = connections;
    }

    /**
     * Opens it.
     *
     * @throws IOException when its address cannot be bound
     */
    public static Listener open(ListenerTerms terms, LaneGroup laneGroup, Shared broker) throws IOException {
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        Shared shared = broker.at(terms.limits(), terms.anonymous());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(laneGroup.group())
                .channel(laneGroup.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        assemble(channel, laneGroup.laneOf(channel.eventLoop()), terms, shared);
                    }
                });
        if (EpollServerSocketChannel.class == laneGroup.serverChannel()) {
            bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_IN_SYSTEM_BYTES);
        }
        var bound = bootstrap.bind(terms.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        return new Listener(bound.channel(), connections);
    }

    /** The way of the bytes: what the transport needs, framer, decoder, handler; and back: encoder, batch, transport. */
    static void assemble(Channel channel, NettyLane lane, ListenerTerms terms, Shared shared) {
        PacketHandler handler = new PacketHandler(shared, lane);
        ChannelPipeline pipeline = channel.pipeline();
        if (terms.webSocket()) {
            WebSocketUpgrade.addTo(pipeline, lane, shared.counters());
        }
        pipeline.addLast("batch", handler.batch());
        pipeline.addLast("framer", handler.framer());
        pipeline.addLast(
                "decoder",
                new MqttDecoder(
                        shared.limits().packetBytesMax(), shared.limits().clientIdCharsMax()));
        pipeline.addLast("encoder", MqttEncoder.INSTANCE);
        pipeline.addLast("handler", handler);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) serverChannel.localAddress();
    }

    /** Takes no more connections. Those that are open stay open. */
    @Override
    public void close() {
        serverChannel.close().awaitUninterruptibly();
    }

    /** Waits until all connections are closed, or for so long. */
    public void awaitConnectionsClosed(Duration longest) {
        connections.newCloseFuture().awaitUninterruptibly(longest.toMillis());
    }
}
