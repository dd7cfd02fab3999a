/** One bus is one thread that owns one port: what is due next, and what to do with a device that is silent. */
@NullMarked
package io.fieldmouse.gateway.bus;

import org.jspecify.annotations.NullMarked;
