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
import org.jspecify.annotations.Nullable;

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
    private final @Nullable TlsEntrance tls;
    private final @Nullable SocketFile socketFile;

    private Listener(
            Channel serverChannel,
            ChannelGroup connections,
            @Nullable TlsEntrance tls,
            @Nullable SocketFile socketFile) {
        this.serverChannel = serverChannel;
        this.connections = connections;
        this.tls = tls;
        this.socketFile = socketFile;
    }

    /**
     * Opens it.
     *
     * @throws IOException when its address cannot be bound, or its TLS files cannot be used
     */
    public static Listener open(ListenerTerms terms, LaneGroup laneGroup, Shared broker) throws IOException {
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        Shared shared = broker.at(terms.limits(), terms.anonymous());
        TlsEntrance tls = terms.tls() == null
                ? null
                : new TlsEntrance(terms.name(), terms.tls(), terms.limits().connectTimeout(), broker.clock());
        try {
            SocketFile socketFile = SocketFile.of(terms);
            ServerBootstrap bootstrap = socketFile == null
                    ? tcp(laneGroup)
                    : new ServerBootstrap().channel(laneGroup.domainServerChannel());
            var bound = bootstrap
                    .group(laneGroup.group())
                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                    .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            connections.add(channel);
                            assemble(channel, laneGroup.laneOf(channel.eventLoop()), terms, tls, shared);
                        }
                    })
                    .bind(socketFile == null ? terms.address() : laneGroup.domainAddress(socketFile.path()))
                    .awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw new IOException(bound.cause().getMessage(), bound.cause());
            }
            if (socketFile != null) {
                socketFile.bound();
            }
            if (tls != null) {
                tls.watch(terms.tlsFilesCheck(), connections);
            }
            return new Listener(bound.channel(), connections, tls, socketFile);
        } catch (IOException e) {
            if (tls != null) {
                tls.close();
            }
            throw e;
        }
    }

    private static ServerBootstrap tcp(LaneGroup laneGroup) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .channel(laneGroup.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true);
        if (EpollServerSocketChannel.class == laneGroup.serverChannel()) {
            bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_IN_SYSTEM_BYTES);
        }
        return bootstrap;
    }

    /** The way of the bytes: what the transport needs, framer, decoder, handler; and back: encoder, batch, transport. */
    static void assemble(
            Channel channel, NettyLane lane, ListenerTerms terms, @Nullable TlsEntrance tls, Shared shared) {
        Caller caller = new Caller(terms.name(), terms.address(), channel);
        ReadSize readSize = new ReadSize(tls != null || terms.webSocket());
        channel.config().setRecvByteBufAllocator(readSize);
        PacketHandler handler = new PacketHandler(caller, shared, lane, readSize);
        ChannelPipeline pipeline = channel.pipeline();
        if (tls != null || terms.webSocket()) {
            StrangerBytes.addTo(pipeline, shared, caller);
        }
        if (tls != null) {
            pipeline.addLast("records", handler.batch().records());
            tls.addTo(pipeline, caller, shared.counters());
        }
        if (terms.webSocket()) {
            WebSocketUpgrade.addTo(pipeline, lane, caller, shared.counters());
        }
        pipeline.addLast("batch", handler.batch());
        pipeline.addLast("framer", handler.framer());
        pipeline.addLast(
                "decoder",
                new MqttDecoder(
                        shared.limits().packetBytesMax(), shared.limits().clientIdCharsMax()));
        pipeline.addLast("encoder", MqttEncoder.INSTANCE);
        pipeline.addLast("handler", handler);
        if (PacketLog.isOn()) {
            PacketLog.addTo(pipeline, caller);
        }
    }

    /** The TCP port; -1 for a socket file. */
    public int port() {
        return serverChannel.localAddress() instanceof InetSocketAddress address ? address.getPort() : -1;
    }

    /** Takes no more connections. Those that are open stay open. */
    @Override
    public void close() {
        serverChannel.close().awaitUninterruptibly();
        if (socketFile != null) {
            socketFile.remove();
        }
    }

    /** After {@link #close}: waits until all connections are closed, or for so long, and lets go of the rest. */
    public void awaitConnectionsClosed(Duration longest) {
        connections.newCloseFuture().awaitUninterruptibly(longest.toMillis());
        if (tls != null) {
            tls.close();
        }
    }
}
