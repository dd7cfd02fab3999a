package io.fieldmouse.gateway.reading;

/** The wish to write a value, in engineering units, to a point. */
public record SetRequest(String device, String point, Value value) {}
