package io.fieldmouse.gateway.bus;

/**
 * What a reading of a point is labelled with.
 *
 * @param name {@code [a-z0-9_-]+}
 * @param unit for people, such as {@code °C}; empty for none
 */
public record PointLabel(String name, String unit) {}
