package io.fieldmouse.edge;

import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.SimulatedLine;
import java.io.IOException;
import java.nio.file.FileSystemException;
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
                simulated.lines.add(start(config));
            }
        } catch (IOException | RuntimeException e) {
            simulated.close();
            throw e;
        }
        return simulated;
    }

    /** What the file system says of a link is its path and no more; the rest is said here. */
    private static SimulatedLine start(LineConfig config) throws IOException {
        try {
            return SimulatedLine.start(config);
        } catch (FileSystemException e) {
            throw new IOException(
                    "line " + config.name() + ": cannot place its link " + config.link() + ": " + FileFailure.words(e)
                            + "; name one in a folder that you may write, such as /tmp/" + config.name()
                            + ", or leave link: out",
                    e);
        }
    }

    Path path(String name) {
        return line(name).path();
    }

    SimulatedLine line(String name) {
        return lines.stream()
                .filter(line -> line.name().equals(name))
                .findFirst()
                .orElseThrow();
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
