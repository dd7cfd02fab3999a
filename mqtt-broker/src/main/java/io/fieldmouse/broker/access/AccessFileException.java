package io.fieldmouse.broker.access;

import java.io.Serial;
import java.nio.file.Path;

/** A password file or a file of access rules cannot be used. The message says where, what, and what to do. */
public final class AccessFileException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    AccessFileException(Path file, String words) {
        super(file + ": " + words);
    }

    AccessFileException(Path file, int line, String words) {
        super(file + ":" + line + ": " + words);
    }
}
