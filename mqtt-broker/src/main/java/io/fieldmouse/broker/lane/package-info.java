/** The thread that owns things: execute, schedule, hand over in batches. Knows no network library. */
@NullMarked
package io.fieldmouse.broker.lane;

import org.jspecify.annotations.NullMarked;
