package io.fieldmouse.gateway.modbus;

/**
 * One value of a device, as its profile describes it. Value in engineering units = raw * scale + offset.
 *
 * @param name {@code [a-z0-9_-]+}, the last word of its topic
 * @param table where it lives
 * @param address 0 to 65535, as on the wire (not 40001-style)
 * @param type how many registers and how to read them; {@link DataType#BIT} in a bit table is the coil itself, in a
 *     register table the bit {@code bit} of the register
 * @param bit 0 (least significant) to 15, for a bit of a register; 0 otherwise
 * @param order byte order
 * @param scale never 0
 * @param unit for people, such as {@code °C}; empty for none
 * @param writing whether commands may write it, and how
 * @param verify whether a write is read back and compared
 */
public record ModbusPoint(
        String name,
        RegisterTable table,
        int address,
        DataType type,
        int bit,
        WordOrder order,
        double scale,
        double offset,
        String unit,
        Writing writing,
        boolean verify) {

    public boolean isWritable() {
        return writing != Writing.NEVER;
    }
}
