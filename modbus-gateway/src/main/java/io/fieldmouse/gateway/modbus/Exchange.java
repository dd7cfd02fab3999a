package io.fieldmouse.gateway.modbus;

import com.ghgande.j2mod.modbus.msg.ModbusResponse;

/** What became of one request on the line. A unit that does not answer is an everyday event, hence a value. */
sealed interface Exchange {

    /**
     * The unit answered this very request.
     *
     * @param lastByteNanos when the reply was complete, on the line's own monotonic clock
     */
    record Reply(ModbusResponse response, long lastByteNanos) implements Exchange {}

    /**
     * The unit declined (MODBUS Application Protocol V1.1b3, section 7).
     *
     * @param code the exception code, such as 2 for an illegal data address
     */
    record SlaveException(int code) implements Exchange {}

    /**
     * No usable answer came.
     *
     * @param asked whether the request was put on the line at all
     */
    record NoReply(Fault fault, String detail, boolean asked) implements Exchange {

        /** This was a read that had to come before the request, which was then not sent. */
        NoReply beforeAsking() {
            return new NoReply(fault, detail, false);
        }
    }

    /** The port ceased to exist. */
    record PortLost(String detail) implements Exchange {}

    /** Why an answer was not usable; the last one that was seen before time was up. */
    enum Fault {
        TIMEOUT("no reply"),
        BAD_CRC("damaged reply"),
        SHORT("incomplete reply"),
        WRONG_UNIT("another unit answered"),
        WRONG_FUNCTION("a reply to another function"),
        WRONG_LENGTH("a reply of another length"),
        WRONG_ECHO("a reply to another write"),
        LINE_BUSY("the line is never silent");

        private final String words;

        Fault(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }
}
