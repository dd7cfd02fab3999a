/** Modbus RTU slaves on a virtual serial line, written from the specification alone: nothing here is shared with the gateway. */
@NullMarked
package io.fieldmouse.sim.modbus;

import org.jspecify.annotations.NullMarked;
