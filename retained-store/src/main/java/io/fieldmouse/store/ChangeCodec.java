package io.fieldmouse.store;

import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.MessageReleased;
import io.fieldmouse.store.StoreChange.MessageSent;
import io.fieldmouse.store.StoreChange.MessageSettled;
import io.fieldmouse.store.StoreChange.PacketIdReceived;
import io.fieldmouse.store.StoreChange.PacketIdReleased;
import io.fieldmouse.store.StoreChange.Receiver;
import io.fieldmouse.store.StoreChange.RetainedCleared;
import io.fieldmouse.store.StoreChange.RetainedSet;
import io.fieldmouse.store.StoreChange.SessionClosed;
import io.fieldmouse.store.StoreChange.SessionEnded;
import io.fieldmouse.store.StoreChange.SessionOpened;
import io.fieldmouse.store.StoreChange.SubscriptionAdded;
import io.fieldmouse.store.StoreChange.SubscriptionRemoved;
import io.fieldmouse.store.StoreChange.TimePassed;
import io.fieldmouse.store.StoreChange.WillCleared;
import io.fieldmouse.store.StoreChange.WillSet;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes as bytes: what a record of the journal and an entry of a checkpoint consist of, one change after the other.
 *
 * <pre>
 * change   = kind (1 byte), then its fields in the order of the record's components
 * number   = 1 to 10 bytes, see {@link ByteWriter#putNumber}
 * text     = number of bytes, UTF-8        bytes = number of bytes, bytes
 * message  = flags (1: expires, 2: has properties), topic, payload, [properties], [expiry, 8 bytes]
 * receiver = flags (1: RETAIN, 2: QoS 2, 4: shared, 8: subscription ids), client id, [filter], [count, ids]
 * </pre>
 *
 * The numbers of the kinds are on disk: none is ever given to something else.
 */
final class ChangeCodec {
    private static final int RETAINED_SET = 1;
    private static final int RETAINED_CLEARED = 2;
    private static final int SESSION_OPENED = 3;
    private static final int SESSION_CLOSED = 4;
    private static final int SESSION_ENDED = 5;
    private static final int WILL_SET = 6;
    private static final int WILL_CLEARED = 7;
    private static final int SUBSCRIPTION_ADDED = 8;
    private static final int SUBSCRIPTION_REMOVED = 9;
    private static final int MESSAGE_QUEUED = 10;
    private static final int MESSAGE_SENT = 11;
    private static final int MESSAGE_RELEASED = 12;
    private static final int MESSAGE_SETTLED = 13;
    private static final int PACKET_ID_RECEIVED = 14;
    private static final int PACKET_ID_RELEASED = 15;
    private static final int TIME_PASSED = 16;

    private static final int EXPIRES = 1;
    private static final int PROPERTIES = 2;

    private static final int RETAIN = 1;
    private static final int QOS_2 = 2;
    private static final int SHARED = 4;
    private static final int SUBSCRIPTION_IDS = 8;

    private static final byte[] NO_BYTES = {};
    private static final int[] NO_INTS = {};

    private ChangeCodec() {}

    static void write(List<StoreChange> changes, ByteWriter out) {
        changes.forEach(change -> write(change, out));
    }

    private static void write(StoreChange change, ByteWriter out) {
        if (change instanceof RetainedSet set) {
            out.putByte(RETAINED_SET);
            writeMessage(set.message(), out);
            out.putByte(set.qos());
        } else if (change instanceof RetainedCleared cleared) {
            out.putByte(RETAINED_CLEARED);
            out.putString(cleared.topic());
        } else if (change instanceof MessageQueued queued) {
            writeQueued(queued, out);
        } else if (change instanceof MessageSent sent) {
            writeDelivery(MESSAGE_SENT, sent.clientId(), sent.messageId(), out);
            out.putNumber(sent.packetId());
        } else if (change instanceof MessageReleased released) {
            writeDelivery(MESSAGE_RELEASED, released.clientId(), released.messageId(), out);
        } else if (change instanceof MessageSettled settled) {
            writeDelivery(MESSAGE_SETTLED, settled.clientId(), settled.messageId(), out);
        } else if (change instanceof PacketIdReceived received) {
            writePacketId(PACKET_ID_RECEIVED, received.clientId(), received.packetId(), out);
        } else if (change instanceof PacketIdReleased released) {
            writePacketId(PACKET_ID_RELEASED, released.clientId(), released.packetId(), out);
        } else if (change instanceof TimePassed passed) {
            out.putByte(TIME_PASSED);
            out.putLong(passed.atMillis());
        } else {
            writeOfSession(change, out);
        }
    }

    private static void writeOfSession(StoreChange change, ByteWriter out) {
        if (change instanceof SessionOpened opened) {
            out.putByte(SESSION_OPENED);
            out.putString(opened.clientId());
            out.putNumber(opened.expirySeconds());
            writeOptional(opened.owner(), out);
        } else if (change instanceof SessionClosed closed) {
            out.putByte(SESSION_CLOSED);
            out.putString(closed.clientId());
            out.putNumber(closed.expirySeconds());
            out.putLong(closed.atMillis());
        } else if (change instanceof SessionEnded ended) {
            out.putByte(SESSION_ENDED);
            out.putString(ended.clientId());
        } else if (change instanceof WillSet set) {
            writeWill(set, out);
        } else if (change instanceof WillCleared cleared) {
            out.putByte(WILL_CLEARED);
            out.putString(cleared.clientId());
        } else if (change instanceof SubscriptionAdded added) {
            out.putByte(SUBSCRIPTION_ADDED);
            out.putString(added.clientId());
            out.putString(added.subscription().topicFilter());
            out.putByte(added.subscription().options());
            out.putNumber(added.subscription().subscriptionId());
        } else if (change instanceof SubscriptionRemoved removed) {
            out.putByte(SUBSCRIPTION_REMOVED);
            out.putString(removed.clientId());
            out.putString(removed.topicFilter());
        } else {
            throw new IllegalStateException("no bytes for the change " + change.getClass());
        }
    }

    private static void writeQueued(MessageQueued queued, ByteWriter out) {
        out.putByte(MESSAGE_QUEUED);
        out.putNumber(queued.messageId());
        writeMessage(queued.message(), out);
        out.putNumber(queued.receivers().size());
        for (Receiver receiver : queued.receivers()) {
            boolean shared = !receiver.sharedFilter().isEmpty();
            boolean ids = receiver.subscriptionIds().length > 0;
            out.putByte((receiver.retain() ? RETAIN : 0)
                    | (receiver.qos() == 2 ? QOS_2 : 0)
                    | (shared ? SHARED : 0)
                    | (ids ? SUBSCRIPTION_IDS : 0));
            out.putString(receiver.clientId());
            if (shared) {
                out.putString(receiver.sharedFilter());
            }
            if (ids) {
                out.putNumber(receiver.subscriptionIds().length);
                for (int id : receiver.subscriptionIds()) {
                    out.putNumber(id);
                }
            }
        }
    }

    private static void writeWill(WillSet set, ByteWriter out) {
        StoredWill will = set.will();
        out.putByte(WILL_SET);
        out.putString(set.clientId());
        writeMessage(will.message(), out);
        out.putByte(will.qos());
        out.putByte(will.retain() ? 1 : 0);
        out.putNumber(will.delaySeconds());
        out.putNumber(will.expirySeconds());
    }

    private static void writeMessage(StoredMessage message, ByteWriter out) {
        boolean expires = message.expiresAtMillis() != Long.MAX_VALUE;
        boolean properties = message.properties().length > 0;
        out.putByte((expires ? EXPIRES : 0) | (properties ? PROPERTIES : 0));
        out.putString(message.topic());
        out.putBytes(message.payload());
        if (properties) {
            out.putBytes(message.properties());
        }
        if (expires) {
            out.putLong(message.expiresAtMillis());
        }
    }

    private static void writeDelivery(int kind, String clientId, long messageId, ByteWriter out) {
        out.putByte(kind);
        out.putString(clientId);
        out.putNumber(messageId);
    }

    private static void writePacketId(int kind, String clientId, int packetId, ByteWriter out) {
        out.putByte(kind);
        out.putString(clientId);
        out.putNumber(packetId);
    }

    private static void writeOptional(@Nullable String text, ByteWriter out) {
        out.putByte(text == null ? 0 : 1);
        if (text != null) {
            out.putString(text);
        }
    }

    /**
     * The changes that were written, to the end of the buffer.
     *
     * @throws IllegalArgumentException if the bytes are none of {@link #write}
     */
    static List<StoreChange> read(ByteBuffer in) {
        try {
            List<StoreChange> changes = new ArrayList<>();
            while (in.hasRemaining()) {
                changes.add(readChange(in));
            }
            return changes;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a change ends early", e);
        }
    }

    private static StoreChange readChange(ByteBuffer in) {
        int kind = in.get();
        return switch (kind) {
            case RETAINED_SET -> new RetainedSet(readMessage(in), in.get());
            case RETAINED_CLEARED -> new RetainedCleared(readString(in));
            case SESSION_OPENED -> new SessionOpened(readString(in), readNumber(in), readOptional(in));
            case SESSION_CLOSED -> new SessionClosed(readString(in), readNumber(in), in.getLong());
            case SESSION_ENDED -> new SessionEnded(readString(in));
            case WILL_SET -> new WillSet(readString(in), readWill(in));
            case WILL_CLEARED -> new WillCleared(readString(in));
            case SUBSCRIPTION_ADDED ->
                new SubscriptionAdded(
                        readString(in), new StoredSubscription(readString(in), in.get() & 0xFF, readInt(in)));
            case SUBSCRIPTION_REMOVED -> new SubscriptionRemoved(readString(in), readString(in));
            case MESSAGE_QUEUED -> readQueued(in);
            case MESSAGE_SENT -> new MessageSent(readString(in), readNumber(in), readInt(in));
            case MESSAGE_RELEASED -> new MessageReleased(readString(in), readNumber(in));
            case MESSAGE_SETTLED -> new MessageSettled(readString(in), readNumber(in));
            case PACKET_ID_RECEIVED -> new PacketIdReceived(readString(in), readInt(in));
            case PACKET_ID_RELEASED -> new PacketIdReleased(readString(in), readInt(in));
            case TIME_PASSED -> new TimePassed(in.getLong());
            default -> throw new IllegalArgumentException("a change of the unknown kind " + kind);
        };
    }

    private static MessageQueued readQueued(ByteBuffer in) {
        long messageId = readNumber(in);
        StoredMessage message = readMessage(in);
        int count = readInt(in);
        List<Receiver> receivers = new ArrayList<>(Math.min(count, in.remaining()));
        for (int i = 0; i < count; i++) {
            receivers.add(readReceiver(in));
        }
        return new MessageQueued(messageId, message, receivers);
    }

    private static Receiver readReceiver(ByteBuffer in) {
        int flags = in.get();
        String clientId = readString(in);
        String sharedFilter = (flags & SHARED) == 0 ? "" : readString(in);
        int[] ids = (flags & SUBSCRIPTION_IDS) == 0 ? NO_INTS : new int[bounded(readInt(in), in)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = readInt(in);
        }
        return new Receiver(clientId, (flags & QOS_2) == 0 ? 1 : 2, (flags & RETAIN) != 0, ids, sharedFilter);
    }

    private static StoredWill readWill(ByteBuffer in) {
        return new StoredWill(readMessage(in), in.get(), in.get() != 0, readNumber(in), readNumber(in));
    }

    private static StoredMessage readMessage(ByteBuffer in) {
        int flags = in.get();
        String topic = readString(in);
        byte[] payload = readBytes(in);
        byte[] properties = (flags & PROPERTIES) == 0 ? NO_BYTES : readBytes(in);
        return new StoredMessage(topic, payload, properties, (flags & EXPIRES) == 0 ? Long.MAX_VALUE : in.getLong());
    }

    private static @Nullable String readOptional(ByteBuffer in) {
        return in.get() == 0 ? null : readString(in);
    }

    private static String readString(ByteBuffer in) {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] readBytes(ByteBuffer in) {
        int length = bounded(readInt(in), in);
        if (length == 0) {
            return NO_BYTES;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** A count of things of which each takes a byte at least: nothing is allocated for what cannot be there. */
    private static int bounded(int count, ByteBuffer in) {
        if (count > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return count;
    }

    private static int readInt(ByteBuffer in) {
        long number = readNumber(in);
        if (number > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the number " + number + " is too large");
        }
        return (int) number;
    }

    private static long readNumber(ByteBuffer in) {
        long number = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            byte next = in.get();
            number |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number has no end");
    }
}
