package io.fieldmouse.sim;

import java.time.Duration;

/** A way in which a simulated device misbehaves, and when. Several may show at the same request. */
public sealed interface Fault {

    /** When it shows. */
    Trigger trigger();

    /** Its name in configuration and logs. */
    String name();

    /** The device is as good as switched off: it neither executes nor answers. */
    record Silent(Trigger trigger) implements Fault {
        @Override
        public String name() {
            return "silent";
        }
    }

    /** The request is executed at once, but the reply comes later by {@code delay} than it should. */
    record Late(Duration delay, Trigger trigger) implements Fault {
        public Late {
            if (delay.isNegative() || delay.isZero()) {
                throw new IllegalArgumentException("late: delay is " + delay + ", must be longer than zero");
            }
        }

        @Override
        public String name() {
            return "late";
        }
    }

    /** The request is executed, but the reply's check sum is wrong. */
    record CorruptCrc(Trigger trigger) implements Fault {
        @Override
        public String name() {
            return "corrupt-crc";
        }
    }

    /** Nothing is executed; the reply is an exception with this code, 1 to 255. */
    record ExceptionReply(int code, Trigger trigger) implements Fault {
        public ExceptionReply {
            if (code < 1 || code > 255) {
                throw new IllegalArgumentException("exception: code is " + code + ", allowed are 1 to 255");
            }
        }

        @Override
        public String name() {
            return "exception";
        }
    }

    /** The request is executed, but the reply, otherwise correct, claims to come from the next unit. */
    record WrongUnit(Trigger trigger) implements Fault {
        @Override
        public String name() {
            return "wrong-unit";
        }
    }
}
