package io.fieldmouse.gateway.modbus;

import com.ghgande.j2mod.modbus.ModbusIOException;
import com.ghgande.j2mod.modbus.ModbusSlaveException;
import com.ghgande.j2mod.modbus.io.AbstractModbusTransport;
import com.ghgande.j2mod.modbus.io.ModbusTransaction;
import com.ghgande.j2mod.modbus.msg.ExceptionResponse;
import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import com.ghgande.j2mod.modbus.msg.ModbusResponse;
import com.ghgande.j2mod.modbus.net.AbstractModbusListener;
import io.fieldmouse.gateway.bus.FieldPort;
import io.fieldmouse.gateway.link.Link;
import io.fieldmouse.gateway.link.PortGone;
import io.fieldmouse.gateway.link.PortUnavailable;
import io.fieldmouse.gateway.modbus.Exchange.Fault;
import io.fieldmouse.gateway.modbus.LineCounters.Kind;
import io.fieldmouse.gateway.modbus.OwedReplies.Shape;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The master's side of one Modbus RTU line: one request, its exact silence before it, and the one reply that can only
 * be its answer. Messages are j2mod's; the line is ours, because j2mod's takes a late reply for the answer to the next
 * request (docs/decisions/0003-own-rtu-line.md).
 *
 * <p>A reply carries no number, so an answer that comes after its time is up looks like the answer to whatever is asked
 * next. Four rules keep it from being believed. A unit that did not answer rests until its late reply was seen or a
 * quarantine has passed; other units are asked meanwhile. What arrives unasked is taken in and counted before each
 * request. During an exchange a good frame that is not the answer is set aside while listening goes on, because the
 * answer is then still to come: asking again at once would leave two answers on the way. And when the late reply was not
 * seen during the rest, the unit is first asked for something whose answer cannot be mistaken for it. That goes for
 * writes too: the echo of function 15 or 16 holds an address and a count, and is the same whatever was written there.
 *
 * <p>The process may be held up at any moment, for longer than a timeout. So the clock is read before the line is looked
 * at: what is judged missing at a moment was looked for after it.
 *
 * <p>Owned by the bus's thread.
 */
final class RtuLine extends AbstractModbusTransport implements FieldPort {

    /** How a link is opened; called at each attempt. */
    interface Opener {
        Link open() throws PortUnavailable;
    }

    /** How long a silent unit rests, in timeouts of its own. */
    static final int QUARANTINE_TIMEOUTS = 4;

    /** The longest rest, unless the unit's timeout itself is longer. */
    static final long QUARANTINE_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);

    /** How long the line may be without silence before a request is given up: another master talks. */
    static final long SILENCE_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /**
     * A frame whose next byte does not come within this time is at its end. The standard says 1.5 characters, but an
     * adapter hands over bytes in lumps up to 16 ms apart.
     */
    static final long FRAME_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int FRAME_GAP_CHARACTERS = 4;
    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Opener opener;
    private final LineTiming timing;
    private final LineCounters counters;
    private final LongSupplier nanos;
    private final OwedReplies owed = new OwedReplies();
    private final byte[] received = new byte[2 * RtuFrame.BYTES_MAX];
    private int receivedCount;
    /** When the line last carried a byte: one that was received, or the last one of a request. */
    private long lastByteNanos;

    private long firstByteNanos;
    private @Nullable Link link;
    private @Nullable ModbusResponse response;

    RtuLine(Opener opener, LineTiming timing, LineCounters counters, LongSupplier nanos) {
        this.opener = opener;
        this.timing = timing;
        this.counters = counters;
        this.nanos = nanos;
    }

    @Override
    public void open() throws PortUnavailable {
        link = opener.open();
        receivedCount = 0;
        // Nobody knows what the line carried a moment ago.
        lastByteNanos = nanos.getAsLong();
    }

    @Override
    public void close() {
        if (link != null) {
            link.close();
            link = null;
        }
    }

    @Override
    public void listen() throws PortGone {
        takeUnasked(requireLink());
    }

    /** How long this unit must still be left alone; 0 when it may be asked. */
    long restNanos(int unit) {
        return owed.restNanos(unit, nanos.getAsLong());
    }

    /**
     * Sends the request and waits for its answer, for at most the silence before it, its time on the wire, the timeout,
     * and the longest frame; as long again for each proof, when the unit has to prove first that it owes nothing. It has
     * to give more than one only when it declines them, and {@link OwedReplies#OWED_MAX} at most.
     *
     * @param timeoutNanos from the end of the request to the first byte of the reply
     */
    Exchange exchange(ModbusRequest request, long timeoutNanos) {
        byte[] frame = RtuFrame.assemble(request);
        int unit = RtuFrame.unit(frame);
        try {
            Link open = requireLink();
            takeUnasked(open);
            while (isOwed(unit, RtuFrame.shapeOfAnswer(frame))) {
                ModbusRequest unlike = Messages.readUnlike(frame, shape -> isOwed(unit, shape));
                if (ask(open, unlike, timeoutNanos) instanceof Exchange.NoReply unproven) {
                    return unproven.beforeAsking();
                }
            }
            return ask(open, request, timeoutNanos);
        } catch (PortGone e) {
            return new Exchange.PortLost(String.valueOf(e.getMessage()));
        }
    }

    private boolean isOwed(int unit, Shape shape) {
        return owed.isOwed(unit, shape, nanos.getAsLong());
    }

    private Exchange ask(Link open, ModbusRequest request, long timeoutNanos) throws PortGone {
        byte[] frame = RtuFrame.assemble(request);
        if (!becomeSilent(open)) {
            counters.count(RtuFrame.unit(frame), Fault.LINE_BUSY);
            return new Exchange.NoReply(
                    Fault.LINE_BUSY, Fault.LINE_BUSY.words() + " (another master, or noise?)", false);
        }
        send(open, frame);
        return receive(open, request, frame, timeoutNanos);
    }

    private Link requireLink() throws PortGone {
        if (link == null) {
            throw new PortGone("the port is not open");
        }
        return link;
    }

    /** Listens until no byte has come for the time that separates frames; false when that does not happen. */
    private boolean becomeSilent(Link open) throws PortGone {
        long giveUpNanos = nanos.getAsLong() + SILENCE_PATIENCE_NANOS;
        while (true) {
            long now = nanos.getAsLong();
            takeUnasked(open);
            long missing = timing.silenceNanos() - (now - lastByteNanos);
            if (missing <= 0) {
                dropReceived();
                return true;
            }
            if (now - giveUpNanos >= 0) {
                dropReceived();
                return false;
            }
            open.pause(Math.min(missing, LONGEST_PAUSE_NANOS));
        }
    }

    private void send(Link open, byte[] frame) throws PortGone {
        open.write(frame, frame.length);
        lastByteNanos = nanos.getAsLong() + timing.wireNanos(frame.length);
        counters.count(RtuFrame.unit(frame), Kind.REQUESTS);
    }

    private Exchange receive(Link open, ModbusRequest request, byte[] frame, long timeoutNanos) throws PortGone {
        long sentNanos = lastByteNanos;
        long deadlineNanos = sentNanos + timeoutNanos;
        // A reply that began in time may end later; a line that babbles must not hold the bus for ever.
        long lastDeadlineNanos = deadlineNanos + timing.wireNanos(RtuFrame.BYTES_MAX) + FRAME_GAP_NANOS;
        Fault seen = Fault.TIMEOUT;
        while (true) {
            long now = nanos.getAsLong();
            take(open);
            byte[] reply;
            while ((reply = nextFrame()) != null) {
                Fault mismatch = RtuFrame.mismatch(frame, reply);
                if (mismatch == null) {
                    return answered(request, RtuFrame.shapeOfAnswer(frame), reply, sentNanos);
                }
                seen = mismatch;
                setAside(reply);
            }
            if (receivedCount > 0 && now - lastByteNanos > frameGapNanos()) {
                seen = receivedCount < RtuFrame.expectedLength(frame) ? Fault.SHORT : Fault.BAD_CRC;
                boolean ours = RtuFrame.beginsAnswer(frame, received, receivedCount);
                dropReceived();
                if (ours) {
                    return damaged(frame, seen, deadlineNanos - now);
                }
            }
            if (now - (receivedCount == 0 ? deadlineNanos : lastDeadlineNanos) >= 0) {
                dropReceived();
                return noReply(frame, seen, timeoutNanos);
            }
            open.pause(untilNextLook(frame, sentNanos, now));
        }
    }

    /** Sleeps through the time in which nothing can have arrived, then looks often. */
    private long untilNextLook(byte[] frame, long sentNanos, long now) {
        long earliest = receivedCount == 0
                ? sentNanos - now
                : timing.wireNanos(RtuFrame.expectedLength(frame) - receivedCount) - (now - lastByteNanos);
        return Math.max(POLL_NANOS, Math.min(earliest, LONGEST_PAUSE_NANOS));
    }

    private Exchange answered(ModbusRequest request, Shape shapeOfAnswer, byte[] reply, long sentNanos) {
        int unit = RtuFrame.unit(reply);
        counters.turnaround(unit, Math.max(0, firstByteNanos - sentNanos));
        owed.answered(unit, shapeOfAnswer, RtuFrame.isException(reply), lastByteNanos);
        if (RtuFrame.isException(reply)) {
            counters.count(unit, Kind.SLAVE_EXCEPTIONS);
            return new Exchange.SlaveException(RtuFrame.exceptionCode(reply));
        }
        counters.count(unit, Kind.REPLIES);
        return new Exchange.Reply(RtuFrame.parse(request, reply), lastByteNanos);
    }

    /** The unit tried to answer. It is asked again only when no second answer could still be on its way. */
    private Exchange damaged(byte[] request, Fault fault, long restNanos) {
        gaveUp(request, fault, restNanos);
        return new Exchange.NoReply(fault, fault.words(), true);
    }

    private Exchange noReply(byte[] request, Fault fault, long timeoutNanos) {
        long quarantine = Math.min(QUARANTINE_TIMEOUTS * timeoutNanos, Math.max(QUARANTINE_NANOS_MAX, timeoutNanos));
        gaveUp(request, fault, quarantine);
        return new Exchange.NoReply(
                fault, fault.words() + " within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms", true);
    }

    private void gaveUp(byte[] request, Fault fault, long restNanos) {
        int unit = RtuFrame.unit(request);
        counters.count(unit, fault);
        owed.gaveUp(unit, RtuFrame.shapeOfAnswer(request), nanos.getAsLong(), restNanos);
    }

    private long frameGapNanos() {
        return Math.max(FRAME_GAP_NANOS, timing.wireNanos(FRAME_GAP_CHARACTERS));
    }

    private void takeUnasked(Link open) throws PortGone {
        take(open);
        byte[] frame;
        while ((frame = nextFrame()) != null) {
            setAside(frame);
        }
    }

    private void take(Link open) throws PortGone {
        if (receivedCount == received.length) {
            dropReceived();
        }
        int taken = open.read(received, receivedCount);
        if (taken > 0) {
            lastByteNanos = nanos.getAsLong();
            if (receivedCount == 0) {
                firstByteNanos = lastByteNanos;
            }
            receivedCount += taken;
        }
    }

    /** Cuts the next whole frame with a good CRC from the front of what was received. */
    private byte @Nullable [] nextFrame() {
        int length = RtuFrame.replyLength(received, receivedCount);
        if (length <= 0 || receivedCount < length || !RtuFrame.hasGoodCrc(received, length)) {
            return null;
        }
        byte[] frame = Arrays.copyOf(received, length);
        receivedCount -= length;
        System.arraycopy(received, length, received, 0, receivedCount);
        return frame;
    }

    /** A good frame that answers nothing we asked now: the late reply of its unit, which may rest no longer. */
    private void setAside(byte[] frame) {
        int unit = RtuFrame.unit(frame);
        counters.count(unit, Kind.LATE_REPLIES);
        owed.cameLate(unit, RtuFrame.shape(frame), RtuFrame.isException(frame));
    }

    private void dropReceived() {
        counters.strayBytes(receivedCount);
        receivedCount = 0;
    }

    @Override
    public ModbusTransaction createTransaction() {
        return new LineTransaction(this);
    }

    /** Makes the whole exchange: only together can request and reply be kept in step. */
    @Override
    public void writeRequest(ModbusRequest request) throws ModbusIOException {
        response = null;
        response = responseOf(exchange(request, TimeUnit.MILLISECONDS.toNanos(timeout)), request);
    }

    @Override
    public ModbusResponse readResponse() throws ModbusIOException {
        ModbusResponse answer = response;
        if (answer == null) {
            throw new ModbusIOException("nothing was asked");
        }
        response = null;
        return answer;
    }

    private static ModbusResponse responseOf(Exchange exchange, ModbusRequest request) throws ModbusIOException {
        if (exchange instanceof Exchange.Reply reply) {
            return reply.response();
        }
        if (exchange instanceof Exchange.SlaveException exception) {
            return request.createExceptionResponse(exception.code());
        }
        if (exchange instanceof Exchange.NoReply noReply) {
            throw new ModbusIOException(noReply.detail());
        }
        throw new ModbusIOException(((Exchange.PortLost) exchange).detail());
    }

    @Override
    public void writeResponse(ModbusResponse response) throws ModbusIOException {
        throw new ModbusIOException("a master does not answer");
    }

    @Override
    public ModbusRequest readRequest(AbstractModbusListener listener) throws ModbusIOException {
        throw new ModbusIOException("a master is not asked");
    }

    /** j2mod's way to say: one request and its answer on this line. */
    private static final class LineTransaction extends ModbusTransaction {
        private final RtuLine line;

        LineTransaction(RtuLine line) {
            this.line = line;
            this.transport = line;
        }

        @Override
        public void execute() throws ModbusIOException, ModbusSlaveException {
            line.writeRequest(request);
            response = line.readResponse();
            if (response instanceof ExceptionResponse exception) {
                throw new ModbusSlaveException(exception.getExceptionCode());
            }
        }
    }
}
