package io.fieldmouse.edge;

/** What the command tells the shell. */
final class ExitCode {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** As mosquitto_sub: the time of -W was up. */
    static final int TIMED_OUT = 27;
    /** EX_CONFIG of sysexits: service managers know it. */
    static final int BAD_CONFIGURATION = 78;

    private ExitCode() {}
}
