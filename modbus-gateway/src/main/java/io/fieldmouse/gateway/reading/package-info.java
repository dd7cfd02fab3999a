/** The gateway's vocabulary: readings, their quality, and requests to set a point. Depends on nothing. */
@NullMarked
package io.fieldmouse.gateway.reading;

import org.jspecify.annotations.NullMarked;
