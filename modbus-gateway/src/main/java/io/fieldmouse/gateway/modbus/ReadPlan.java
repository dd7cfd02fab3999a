package io.fieldmouse.gateway.modbus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * From the points of a device to the requests that read them in the least time on the wire. Pure.
 *
 * <p>A second request costs 13 characters of framing, the device's turnaround and one silence; an unwanted register read
 * along costs two characters. So a gap of g registers is bridged when {@code 2 g} characters take less time than that;
 * the same rule, summed up, decides over whole chains: among all ways to part the ordered points this takes the one with
 * the smallest sum.
 */
final class ReadPlan {
    /** MODBUS Application Protocol V1.1b3, sections 6.1 to 6.4. */
    static final int REGISTERS_MAX = 125;

    static final int BITS_MAX = 2_000;

    /** Unit, function, address, count, CRC; and of the reply unit, function, byte count, CRC. */
    private static final int FRAMING_CHARACTERS = 13;

    private final LineTiming timing;
    private final long turnaroundNanos;

    /** @param turnaroundNanos how long the device thinks before it answers */
    ReadPlan(LineTiming timing, long turnaroundNanos) {
        this.timing = timing;
        this.turnaroundNanos = turnaroundNanos;
    }

    List<ReadRequest> of(List<ModbusPoint> points) {
        List<ReadRequest> requests = new ArrayList<>();
        for (RegisterTable table : RegisterTable.values()) {
            List<ModbusPoint> ordered = points.stream()
                    .filter(point -> point.table() == table)
                    .sorted(ReadRequest.BY_ADDRESS)
                    .toList();
            requests.addAll(cheapest(ordered));
        }
        return requests;
    }

    /** How long this request occupies the line, from its silence to the end of its reply. */
    long nanos(RegisterTable table, int count) {
        int data = ofBits(table) ? (count + 7) / 8 : 2 * count;
        return timing.wireNanos(FRAMING_CHARACTERS + data) + turnaroundNanos + timing.silenceNanos();
    }

    /** How long one poll of all these requests occupies the line. */
    long nanos(List<ReadRequest> requests) {
        return requests.stream()
                .mapToLong(request -> nanos(request.table(), request.count()))
                .sum();
    }

    private List<ReadRequest> cheapest(List<ModbusPoint> ordered) {
        int size = ordered.size();
        // cost[k]: the least time for the first k points; firstOfLast[k]: where the last request of that way begins.
        long[] cost = new long[size + 1];
        int[] firstOfLast = new int[size + 1];
        Arrays.fill(cost, 1, size + 1, Long.MAX_VALUE);
        for (int k = 1; k <= size; k++) {
            int end = 0;
            for (int first = k - 1; first >= 0; first--) {
                ModbusPoint point = ordered.get(first);
                end = Math.max(end, ReadRequest.end(point));
                int count = end - point.address();
                if (count > placesMax(point.table())) {
                    break;
                }
                long total = cost[first] + nanos(point.table(), count);
                // Of two ways that cost the same, the one with the longer last request has fewer requests.
                if (total <= cost[k]) {
                    cost[k] = total;
                    firstOfLast[k] = first;
                }
            }
        }
        List<ReadRequest> requests = new ArrayList<>();
        for (int k = size; k > 0; k = firstOfLast[k]) {
            requests.add(ReadRequest.of(ordered.subList(firstOfLast[k], k)));
        }
        Collections.reverse(requests);
        return requests;
    }

    static boolean ofBits(RegisterTable table) {
        return switch (table) {
            case COIL, DISCRETE_INPUT -> true;
            case INPUT_REGISTER, HOLDING_REGISTER -> false;
        };
    }

    static int placesMax(RegisterTable table) {
        return ofBits(table) ? BITS_MAX : REGISTERS_MAX;
    }
}
