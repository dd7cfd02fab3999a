package io.fieldmouse.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of one store: what it asks of a file system, and nothing more. Names are flat, without a folder. Tests put
 * one in its place that loses what was not forced.
 */
public interface Disk {

    /** The files in this directory, which must exist. */
    static Disk of(Path directory) {
        return new LocalDisk(directory);
    }

    /** The names of all files, in no particular order. */
    List<String> names() throws IOException;

    /** Opens for reading and writing; makes an empty file where there is none. */
    FileChannel open(String name) throws IOException;

    /** In one step: there is never a moment without the target. Replaces one that is there. */
    void rename(String name, String target) throws IOException;

    /** Does nothing where there is none. */
    void delete(String name) throws IOException;

    /** Returns when names that were made, changed or deleted survive a power cut. */
    void forceNames() throws IOException;

    /** Bytes that can still be written, roughly. */
    long usableBytes() throws IOException;

    /** How H2 calls the file: the name of one of its file systems, a colon, and the path. */
    String h2Path(String name);
}
