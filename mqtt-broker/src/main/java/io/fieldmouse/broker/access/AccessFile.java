package io.fieldmouse.broker.access;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the lines of a file that says who may do what. */
final class AccessFile {
    private static final Logger LOG = LoggerFactory.getLogger(AccessFile.class);
    private static final long BYTES_MAX = 16L << 20;

    /** So many are told at once. */
    static final int FAULTS_MAX = 20;

    private AccessFile() {}

    /** @param toCreate how a file that is not there is made */
    static List<String> lines(Path file, String toCreate) throws AccessFileException {
        try {
            if (Files.isDirectory(file)) {
                throw new AccessFileException(file, "is a folder; name a file");
            }
            if (Files.size(file) > BYTES_MAX) {
                throw new AccessFileException(file, "is larger than " + (BYTES_MAX >> 20) + " MiB");
            }
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new AccessFileException(file, "there is no such file; " + toCreate + ", or correct the setting");
        } catch (AccessDeniedException e) {
            throw new AccessFileException(
                    file, "may not be read by user " + System.getProperty("user.name") + "; change its owner or mode");
        } catch (CharacterCodingException e) {
            throw new AccessFileException(file, "is not text in UTF-8");
        } catch (IOException e) {
            throw new AccessFileException(file, "cannot be read: " + e.getMessage());
        }
    }

    static void warnIfReadByAll(Path file) {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                LOG.warn("file={} can be read by everyone on this machine; chmod it to 600 or 640", file);
            }
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("the mode of file={} cannot be told: {}", file, e.getMessage());
        }
    }
}
