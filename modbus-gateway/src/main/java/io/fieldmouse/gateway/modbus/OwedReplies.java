package io.fieldmouse.gateway.modbus;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which answers may still be on their way, and what that forbids. A unit that owes an answer rests for a while; after that
 * it is not asked for anything whose answer would look like the one it owes.
 *
 * <p>The proof that nothing is owed any more rests on a slave doing one thing after another: once it has answered a
 * question whose answer looks like nothing it owed, whatever it owed came before or comes never.
 */
final class OwedReplies {
    /** No answer is expected after this time. */
    static final long OWED_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    /** So many answers of one unit are remembered; the oldest is forgotten first. */
    static final int OWED_MAX = 16;

    /**
     * What a reply shows of its request. That of a write also shows an address and, at times, a value; but what was asked
     * before may have been to write the same there.
     */
    record Shape(int function, int length) {}

    private record Owed(Shape shape, long sinceNanos) {
        boolean mayBe(Shape reply, boolean exception) {
            return exception ? shape.function() == reply.function() : shape.equals(reply);
        }
    }

    private static final class Debtor {
        private final Deque<Owed> owed = new ArrayDeque<>();
        private long restEndNanos;
    }

    private final Map<Integer, Debtor> debtors = new HashMap<>();

    /** A request of this unit was given up. */
    void gaveUp(int unit, Shape shape, long nowNanos, long restNanos) {
        Debtor debtor = debtors.computeIfAbsent(unit, id -> new Debtor());
        debtor.restEndNanos = nowNanos + restNanos;
        add(debtor, shape, nowNanos);
    }

    private static void add(Debtor debtor, Shape shape, long nowNanos) {
        if (debtor.owed.size() == OWED_MAX) {
            debtor.owed.removeFirst();
        }
        debtor.owed.addLast(new Owed(shape, nowNanos));
    }

    /** A reply came that answers nothing we ask now: it, and what was asked before it, is owed no longer. */
    void cameLate(int unit, Shape shape, boolean exception) {
        Debtor debtor = debtors.get(unit);
        if (debtor == null) {
            return;
        }
        if (debtor.owed.stream().noneMatch(owed -> owed.mayBe(shape, exception))) {
            return;
        }
        boolean found;
        do {
            found = debtor.owed.removeFirst().mayBe(shape, exception);
        } while (!found);
        if (debtor.owed.isEmpty()) {
            debtors.remove(unit);
        }
    }

    /**
     * A reply came that was taken for the answer: nothing is owed any more. Only when an exception may be one that was
     * owed, because exceptions of a function all look alike, it has settled no more than that, and this answer is owed
     * too.
     *
     * @param shape what the answer looks like when it is no exception
     */
    void answered(int unit, Shape shape, boolean exception, long nowNanos) {
        Debtor debtor = debtors.get(unit);
        if (debtor == null) {
            return;
        }
        if (exception && debtor.owed.stream().anyMatch(owed -> owed.mayBe(shape, true))) {
            cameLate(unit, shape, true);
            gaveUp(unit, shape, nowNanos, 0);
        } else {
            debtors.remove(unit);
        }
    }

    boolean isOwed(int unit, Shape shape, long nowNanos) {
        Debtor debtor = debtors.get(unit);
        return debtor != null && contains(debtor, shape, nowNanos);
    }

    private static boolean contains(Debtor debtor, Shape shape, long nowNanos) {
        debtor.owed.removeIf(owed -> nowNanos - owed.sinceNanos() >= OWED_NANOS_MAX);
        return debtor.owed.stream().anyMatch(owed -> owed.shape().equals(shape));
    }

    long restNanos(int unit, long nowNanos) {
        Debtor debtor = debtors.get(unit);
        return debtor == null ? 0 : Math.max(0, debtor.restEndNanos - nowNanos);
    }
}
