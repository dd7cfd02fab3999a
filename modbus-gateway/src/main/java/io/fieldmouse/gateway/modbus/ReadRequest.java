package io.fieldmouse.gateway.modbus;

import java.util.Comparator;
import java.util.List;

/**
 * One request that reads neighbouring points of a table, and the gaps between them.
 *
 * @param address the first place
 * @param count how many registers or bits
 * @param points in order of their addresses; all lie within
 */
record ReadRequest(RegisterTable table, int address, int count, List<ModbusPoint> points) {
    static final Comparator<ModbusPoint> BY_ADDRESS = Comparator.comparingInt(ModbusPoint::address);

    /** The smallest request that reads these points of one table. */
    static ReadRequest of(List<ModbusPoint> points) {
        List<ModbusPoint> ordered = points.stream().sorted(BY_ADDRESS).toList();
        ModbusPoint first = ordered.get(0);
        int end = ordered.stream().mapToInt(ReadRequest::end).max().orElseThrow();
        return new ReadRequest(first.table(), first.address(), end - first.address(), ordered);
    }

    /** The address after the point's last place. */
    static int end(ModbusPoint point) {
        return point.address() + point.type().registers();
    }

    /**
     * Two requests for the same points, parted at the widest gap, among equals near the middle: what a device that knows
     * only some of the addresses is asked next.
     *
     * @return empty when all points begin at one address
     */
    List<ReadRequest> split() {
        int best = 0;
        int bestGap = Integer.MIN_VALUE;
        int end = end(points.get(0));
        for (int i = 1; i < points.size(); i++) {
            int gap = points.get(i).address() - end;
            boolean parts = points.get(i).address() != points.get(i - 1).address();
            boolean better = gap > bestGap || (gap == bestGap && fromMiddle(i) < fromMiddle(best));
            if (parts && better) {
                best = i;
                bestGap = gap;
            }
            end = Math.max(end, end(points.get(i)));
        }
        return best == 0 ? List.of() : List.of(of(points.subList(0, best)), of(points.subList(best, points.size())));
    }

    private int fromMiddle(int index) {
        return Math.abs(2 * index - points.size());
    }

    /** For messages, such as "holding registers 10..12". */
    String inWords() {
        String places = address + (count == 1 ? "" : ".." + (address + count - 1));
        String plural = count == 1 ? " " : "s ";
        return switch (table) {
            case COIL -> "coil" + plural + places;
            case DISCRETE_INPUT -> "discrete input" + plural + places;
            case INPUT_REGISTER -> "input register" + plural + places;
            case HOLDING_REGISTER -> "holding register" + plural + places;
        };
    }
}
