package io.fieldmouse.gateway.modbus;

import io.fieldmouse.gateway.link.SerialSettings;
import java.util.List;

/**
 * One serial line and the units on it.
 *
 * @param name the bus's name, for logs and diagnostics
 */
public record ModbusBusConfig(String name, SerialSettings serial, List<ModbusDevice> devices) {}
