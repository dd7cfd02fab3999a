/** Registers and values over a Modbus RTU line: the home of j2mod. */
@NullMarked
package io.fieldmouse.gateway.modbus;

import org.jspecify.annotations.NullMarked;
