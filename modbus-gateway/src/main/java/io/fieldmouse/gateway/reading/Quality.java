package io.fieldmouse.gateway.reading;

/** How far a reading can be believed. */
public enum Quality {
    /** Read and checked at its source time. */
    GOOD,
    /** Was good at its source time; polls since then were missed, or the device was busy. */
    STALE,
    /** No value can be given; the reading says why. */
    BAD
}
