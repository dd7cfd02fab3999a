package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.sql.SQLException;
import java.util.List;
import org.h2.api.ErrorCode;
import org.junit.jupiter.api.Test;

/** A sound file is never called damaged because of what is around it. */
class H2FailureTest {
    private static H2Failure because(Throwable cause) {
        return H2Failure.of(new SQLException("General error", "HY000", 50_000, new IllegalStateException(cause)));
    }

    @Test
    void troubleAroundTheFileIsNoDamage() {
        for (Throwable cause : List.of(
                new IOException("No space left on device"),
                new IOException("Disk quota exceeded"),
                new IOException("Read-only file system"),
                new IOException("/data/store.mv.db: Too many open files"),
                new AccessDeniedException("/data/store.mv.db"),
                new ClosedByInterruptException(),
                new OutOfMemoryError("Java heap space"))) {
            assertTrue(because(cause).leavesFileSound(), cause.toString());
        }
        for (int code :
                List.of(ErrorCode.DATABASE_ALREADY_OPEN_1, ErrorCode.FILE_VERSION_ERROR_1, ErrorCode.OUT_OF_MEMORY)) {
            assertTrue(H2Failure.of(new SQLException("x", "HY000", code)).leavesFileSound(), "code " + code);
        }
    }

    @Test
    void troubleInTheFileIsDamage() {
        for (Throwable cause : List.of(
                new EOFException(), new IOException("Input/output error"), new IndexOutOfBoundsException("-1"))) {
            assertFalse(because(cause).leavesFileSound(), cause.toString());
        }
        assertFalse(H2Failure.of(new SQLException("x", "90030", ErrorCode.FILE_CORRUPTED_1))
                .leavesFileSound());
    }

    @Test
    void reasonIsWhatTheSystemSaidInWords() {
        assertEquals(
                "No space left on device",
                because(new IOException("No space left on device")).reason());
        assertEquals(
                "/data/store.mv.db: permission denied",
                because(new AccessDeniedException("/data/store.mv.db")).reason());
        assertEquals("EOFException", because(new EOFException()).reason());
    }

    @Test
    void causesThatRunInACircleComeToAnEnd() {
        SQLException outer = new SQLException("outer");
        SQLException inner = new SQLException("inner", outer);
        outer.initCause(inner);
        assertFalse(H2Failure.of(outer).leavesFileSound());
        assertEquals("outer", H2Failure.of(outer).reason());
    }
}
