/** The map of what the specifications demand of a server: where it is obeyed, and which test proves it. */
@NullMarked
package io.fieldmouse.broker.conformance;

import org.jspecify.annotations.NullMarked;
