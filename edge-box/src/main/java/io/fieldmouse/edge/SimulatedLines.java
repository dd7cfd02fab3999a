package io.fieldmouse.edge;

import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.SimulatedLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Simulated lines that begin and end together: when one cannot begin, none is left behind. */
final class SimulatedLines implements AutoCloseable {

    private final List<SimulatedLine> lines = new ArrayList<>();

    private SimulatedLines() {}

    static SimulatedLines start(List<LineConfig> configs) throws IOException {
        SimulatedLines simulated = new SimulatedLines();
        try {
            for (LineConfig config : configs) {
                simulated.lines.add(SimulatedLine.start(config));
            }
        } catch (IOException | RuntimeException e) {
            simulated.close();
            throw e;
        }
        return simulated;
    }

    Path path(String name) {
        return lines.stream()
                .filter(line -> line.name().equals(name))
                .findFirst()
                .orElseThrow()
                .path();
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        for (SimulatedLine line : lines) {
            try {
                line.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
