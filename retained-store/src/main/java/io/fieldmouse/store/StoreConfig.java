package io.fieldmouse.store;

import java.nio.file.Path;

/**
 * Where a store lives and what it promises.
 *
 * @param directory its directory, made when absent; belongs to one process at a time
 * @param disk the files in it; tests put one here that records, fails or loses
 */
public record StoreConfig(Path directory, Durability durability, Disk disk) {

    public StoreConfig(Path directory, Durability durability) {
        this(directory, durability, Disk.of(directory));
    }
}
