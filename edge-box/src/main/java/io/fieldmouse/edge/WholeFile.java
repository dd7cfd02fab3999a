package io.fieldmouse.edge;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that is there wholly or not at all: written under another name, at which nobody else may look, forced to disk,
 * and renamed.
 */
final class WholeFile {
    private static final int OUT_BYTES = 64 * 1024;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /** What goes into it. */
    interface Content {
        void write(OutputStream out) throws IOException;
    }

    /** What is still to be done to the new file before it has its name. */
    interface Finish {
        void apply(Path fresh) throws IOException, CommandFailure;
    }

    private WholeFile() {}

    static void write(Path file, Content content) throws IOException, CommandFailure {
        write(file, content, fresh -> {});
    }

    static void write(Path file, Content content, Finish finish) throws IOException, CommandFailure {
        Path folder = file.resolveSibling("").toAbsolutePath().normalize();
        if (Files.isDirectory(file)) {
            throw new CommandFailure(file + " is a folder; name a file in it");
        }
        Path fresh = freshFile(folder, file);
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), OUT_BYTES);
                content.write(out);
                out.flush();
                channel.force(true);
            }
            finish.apply(fresh);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static Path freshFile(Path folder, Path file) throws CommandFailure {
        try {
            return Files.createTempFile(
                    folder, "." + file.getFileName(), ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (IOException e) {
            // Its words would name a file that the user has never heard of.
            throw new CommandFailure(folder + ": no file can be made in this folder: "
                    + (Files.isDirectory(folder) ? FileFailure.words(e) : "there is no such folder; make it first"));
        }
    }
}
