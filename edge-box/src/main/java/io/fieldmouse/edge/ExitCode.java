package io.fieldmouse.edge;

/** What the command tells the shell. */
final class ExitCode {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** As the launcher has the JVM end when the heap is full; here also for direct memory and threads. */
    static final int NO_MEMORY = 3;
    /** As mosquitto_sub: the time of -W was up. */
    static final int TIMED_OUT = 27;
    /** EX_SOFTWARE of sysexits: an Error that no thread survives. */
    static final int BROKEN = 70;
    /** EX_CONFIG of sysexits: service managers know it. */
    static final int BAD_CONFIGURATION = 78;

    private ExitCode() {}
}
