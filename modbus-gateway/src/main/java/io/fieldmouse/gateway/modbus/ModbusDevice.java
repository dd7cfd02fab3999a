package io.fieldmouse.gateway.modbus;

import java.time.Duration;
import java.util.List;

/**
 * One unit on a line.
 *
 * @param name {@code [a-z0-9_-]+}, a word of its topics
 * @param unitId 1 to 247
 * @param points what to read
 * @param interval from the start of one poll to the start of the next
 * @param timeout how long to wait for a reply to begin before the unit counts as silent
 */
public record ModbusDevice(String name, int unitId, List<ModbusPoint> points, Duration interval, Duration timeout) {}
