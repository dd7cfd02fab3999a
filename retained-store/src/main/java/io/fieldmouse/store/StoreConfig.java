package io.fieldmouse.store;

import java.nio.file.Path;

/**
 * Where a store lives and what it promises.
 *
 * @param directory its directory, made when absent; belongs to one process at a time
 * @param fileSystem the name of an H2 file system that is put before every path, such as {@code nio:}; empty for H2's
 *     own choice. Tests put a recording one here.
 */
public record StoreConfig(Path directory, Durability durability, String fileSystem) {

    public StoreConfig(Path directory, Durability durability) {
        this(directory, durability, "");
    }
}
