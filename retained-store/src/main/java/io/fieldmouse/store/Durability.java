package io.fieldmouse.store;

/** What a commit has survived when it is called durable. */
public enum Durability {
    /** Forced to the disk: a kill and a power cut. */
    FORCE,
    /** Written to the operating system: a kill, not a power cut. */
    OS,
    /** Nothing: kept in memory only; a restart begins empty. */
    NONE
}
