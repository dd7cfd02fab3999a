/** One connection on its lane, bytes in and bytes out: the only room that knows the wire, and the home of Netty. */
@NullMarked
package io.fieldmouse.broker.connection;

import org.jspecify.annotations.NullMarked;
