package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;

/**
 * Connections to a broker that need no network: its own pipeline, on the thread of its only lane. Hundreds of times
 * faster than sockets, and every byte of memory that they take is counted.
 */
public final class EmbeddedClients {
    /** Turns of the lane after the last piece, for what came of it. */
    private static final int TURNS_AFTER = 3;

    private final Shared shared;
    private final NettyLane lane;
    private final ListenerTerms terms;
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
    private final Set<Channel> channelsInMemory =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    public EmbeddedClients(LaneGroup lanes, Shared shared) {
        this.shared = shared;
        this.lane = (NettyLane) lanes.lanes().all().get(0);
        this.terms = new ListenerTerms(
                "embedded",
                new LocalAddress("embedded"),
                "",
                false,
                null,
                Duration.ZERO,
                shared.limits(),
                shared.anonymous());
    }

    /**
     * Sends all conversations at the same time, a piece of each in every turn, then cuts the connections off. The
     * future fails when the broker sent what is no packet, or memory was not given back.
     */
    public CompletableFuture<Void> converse(List<byte[][]> conversations) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        lane.execute(() -> new Turns(conversations, done).run());
        return done;
    }

    /** Says this, then lets the broker fail in its handling. The future is all that the client is answered. */
    public CompletableFuture<byte[]> answersUntilFault(byte[] conversation) {
        CompletableFuture<byte[]> answers = new CompletableFuture<>();
        EmbeddedChannel channel = open();
        lane.execute(() -> {
            channel.writeInbound(memory.buffer(conversation.length).writeBytes(conversation));
            lane.execute(() -> lane.execute(() -> {
                channel.pipeline().fireExceptionCaught(new IllegalStateException("a fault, made by a test"));
                ByteBuf all = memory.buffer();
                for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
                    all.writeBytes(bytes);
                    bytes.release();
                }
                answers.complete(ByteBufUtil.getBytes(all));
                all.release();
                channel.finishAndReleaseAll();
            }));
        });
        return answers;
    }

    /** Connections that something still refers to. */
    public int remembered() {
        System.gc();
        return channelsInMemory.size();
    }

    private final class Turns implements Runnable {
        private final List<byte[][]> conversations;
        private final CompletableFuture<Void> done;
        private final List<EmbeddedChannel> channels = new ArrayList<>();
        private final List<byte[]> answers = new ArrayList<>();
        private final int turns;
        private int turn;

        Turns(List<byte[][]> conversations, CompletableFuture<Void> done) {
            this.conversations = conversations;
            this.done = done;
            this.turns = TURNS_AFTER
                    + conversations.stream()
                            .mapToInt(pieces -> pieces.length)
                            .max()
                            .orElse(0);
            for (int i = 0; i < conversations.size(); i++) {
                channels.add(open());
                answers.add(new byte[0]);
            }
        }

        @Override
        public void run() {
            try {
                if (turn < turns) {
                    for (int i = 0; i < channels.size(); i++) {
                        speak(i);
                        hear(i);
                    }
                    turn++;
                    lane.execute(this);
                } else {
                    end();
                    channels.clear();
                    done.complete(null);
                }
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        }

        private void speak(int i) {
            EmbeddedChannel channel = channels.get(i);
            byte[][] pieces = conversations.get(i);
            if (turn < pieces.length && channel.isOpen()) {
                channel.writeInbound(memory.buffer(pieces[turn].length).writeBytes(pieces[turn]));
            }
            channel.runPendingTasks();
        }

        private void hear(int i) {
            ByteBuf bytes = channels.get(i).readOutbound();
            while (bytes != null) {
                answers.set(i, Wire.join(answers.get(i), ByteBufUtil.getBytes(bytes)));
                bytes.release();
                bytes = channels.get(i).readOutbound();
            }
        }

        private void end() {
            for (int i = 0; i < channels.size(); i++) {
                channels.get(i).close();
                hear(i);
                checkAnswers(answers.get(i));
                channels.get(i).finishAndReleaseAll();
            }
            long held = memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
            if (held != 0) {
                throw new AssertionError(held + " bytes are held although every connection is closed");
            }
        }
    }

    private EmbeddedChannel open() {
        return new EmbeddedChannel(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channelsInMemory.add(channel);
                channel.config().setAllocator(memory);
                Listener.assemble(channel, lane, terms, null, shared);
            }
        });
    }

    /** What the broker sends is whole packets that a server may send; nothing comes before CONNACK [MQTT-3.2.0-1]. */
    private static void checkAnswers(byte[] all) {
        int at = 0;
        while (at < all.length) {
            PacketKind kind = PacketKind.of((all[at] & 0xFF) >> 4);
            int length = 0;
            int bodyAt = at + 1;
            for (int shift = 0; bodyAt < all.length && shift < 28; shift += 7) {
                length |= (all[bodyAt] & 0x7F) << shift;
                if (all[bodyAt++] >= 0) {
                    break;
                }
            }
            if (!mayCome(kind, at == 0) || bodyAt + length > all.length) {
                throw new AssertionError("no packet of a server's at byte " + at + " of "
                        + HexFormat.of().formatHex(all, 0, Math.min(all.length, 2_000)));
            }
            at = bodyAt + length;
        }
    }

    private static boolean mayCome(PacketKind kind, boolean first) {
        return switch (kind) {
            case CONNACK, AUTH -> true;
            case PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, PINGRESP, DISCONNECT -> !first;
            case RESERVED, CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> false;
        };
    }
}
