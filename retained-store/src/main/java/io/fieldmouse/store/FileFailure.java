package io.fieldmouse.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Which file could not be used and why. What Java says of it is often the path and no more. */
final class FileFailure {

    private FileFailure() {}

    /** Such as {@code /data/store.lock: permission denied}. */
    static String words(IOException failure) {
        if (failure instanceof FileSystemException file) {
            return file.getFile() + ": " + reason(file);
        }
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static String reason(FileSystemException failure) {
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "exists and is no folder";
        }
        String reason = failure.getReason();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }
}
