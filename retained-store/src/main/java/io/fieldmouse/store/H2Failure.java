package io.fieldmouse.store;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.h2.api.ErrorCode;

/**
 * What an exception of H2 means. Its surprise: H2 wraps the reason several times, sometimes in a circle, and puts the
 * operating system's own words last.
 */
record H2Failure(SQLException exception, List<Throwable> causes) {
    private static final int CAUSES_MAX = 20;

    private static final List<String> WORDS_OF_THE_SYSTEM =
            List.of("no space left", "quota", "read-only file system", "too many open files", "permission denied");

    static H2Failure of(SQLException exception) {
        List<Throwable> causes = new ArrayList<>();
        Throwable cause = exception;
        while (cause != null && causes.size() < CAUSES_MAX) {
            causes.add(cause);
            cause = cause.getCause();
        }
        return new H2Failure(exception, causes);
    }

    /** The operating system's words where there are any, else H2's, in one line and without a class of Java's. */
    String reason() {
        for (Throwable cause : causes) {
            if (cause instanceof IOException failure) {
                return FileFailure.words(failure);
            }
        }
        return String.valueOf(exception.getMessage()).replaceAll("\\s+", " ");
    }

    /** Whether the file may well be sound, and something around it is not. Everything else counts as damage. */
    boolean leavesFileSound() {
        int code = exception.getErrorCode();
        return code == ErrorCode.DATABASE_ALREADY_OPEN_1
                || code == ErrorCode.FILE_VERSION_ERROR_1
                || code == ErrorCode.OUT_OF_MEMORY
                || causes.stream().anyMatch(H2Failure::isAboutTheSystem);
    }

    private static boolean isAboutTheSystem(Throwable cause) {
        if (cause instanceof OutOfMemoryError
                || cause instanceof AccessDeniedException
                // An interrupt of the reading thread closes the file under it.
                || cause instanceof ClosedChannelException) {
            return true;
        }
        String text = cause.toString().toLowerCase(Locale.ROOT);
        return cause instanceof IOException && WORDS_OF_THE_SYSTEM.stream().anyMatch(text::contains);
    }

    /** What to do. */
    String remedy() {
        return switch (exception.getErrorCode()) {
            case ErrorCode.DATABASE_ALREADY_OPEN_1 -> "another program has the file open: stop that one";
            case ErrorCode.FILE_VERSION_ERROR_1 ->
                "another version of H2 wrote it: run the Fieldmouse that wrote it, or move the directory away";
            case ErrorCode.OUT_OF_MEMORY -> "give the program more memory (-Xmx)";
            default -> "check the disk (space, permissions, health), then start again";
        };
    }
}
