package io.fieldmouse.edge.backup;

import java.io.Serial;

/** A file is no whole export of a store. The message names the file, the line, and what is wrong with it. */
public final class BackupException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    BackupException(String message) {
        super(message);
    }
}
