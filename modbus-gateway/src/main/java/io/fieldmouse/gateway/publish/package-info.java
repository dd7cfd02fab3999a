/** Readings to a broker and commands back: the home of Netty and JSON. */
@NullMarked
package io.fieldmouse.gateway.publish;

import org.jspecify.annotations.NullMarked;
