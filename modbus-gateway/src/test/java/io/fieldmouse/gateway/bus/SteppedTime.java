package io.fieldmouse.gateway.bus;

/** A clock that goes when it is told to. */
final class SteppedTime {
    private long nanos;

    long nanos() {
        return nanos;
    }

    void pass(long nanos) {
        this.nanos += Math.max(0, nanos);
    }
}
