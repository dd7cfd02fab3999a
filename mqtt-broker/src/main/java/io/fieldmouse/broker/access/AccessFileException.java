package io.fieldmouse.broker.access;

import java.io.Serial;
import java.nio.file.Path;
import java.util.List;

/** A password file or a file of access rules cannot be used. The message says of each fault where, what, and what to do. */
public final class AccessFileException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient List<String> faults;

    AccessFileException(Path file, String words) {
        this(List.of(file + ": " + words));
    }

    AccessFileException(Path file, int line, String words) {
        this(List.of(file + ":" + line + ": " + words));
    }

    AccessFileException(List<String> faults) {
        super(String.join("; ", faults));
        this.faults = List.copyOf(faults);
    }

    /** At least one. */
    public List<String> faults() {
        return faults;
    }
}
