package io.fieldmouse.gateway.link;

/**
 * How to open a serial port.
 *
 * @param port its path, such as {@code /dev/ttyUSB0} or {@code /dev/serial/by-id/...}; resolved anew at each opening
 * @param baud bits per second, 300 to 4,000,000
 * @param dataBits 7 or 8
 * @param stopBits 1 or 2
 */
public record SerialSettings(String port, int baud, Parity parity, int dataBits, int stopBits) {

    /** The parity bit. */
    public enum Parity {
        NONE,
        EVEN,
        ODD
    }

    /** Bits one character takes on the wire: start, data, parity, stop. */
    public int bitsPerCharacter() {
        return 1 + dataBits + (parity == Parity.NONE ? 0 : 1) + stopBits;
    }
}
