/** Serial ports that need no hardware: pseudo-terminals of the Linux kernel. The only room that knows JNA. */
@NullMarked
package io.fieldmouse.sim.port;

import org.jspecify.annotations.NullMarked;
