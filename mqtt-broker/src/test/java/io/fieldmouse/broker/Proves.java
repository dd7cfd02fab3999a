package io.fieldmouse.broker;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The numbered statements of the specifications which a test fails without: {@code MQTT-3.1.2-22} is one of 5.0,
 * {@code MQTT-3.3.5-2 of 3.1.1} one of 3.1.1. On a class: its tests together prove them. {@code docs/conformance.md} is
 * made of these; the statements are listed in {@code src/test/resources/conformance}.
 */
@Documented
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Proves {
    String[] value();
}
