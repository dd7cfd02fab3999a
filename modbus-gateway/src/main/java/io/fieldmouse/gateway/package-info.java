/** Field devices to topics and back: the wiring and what the user configured. Start at {@code Gateway}. */
@NullMarked
package io.fieldmouse.gateway;

import org.jspecify.annotations.NullMarked;
