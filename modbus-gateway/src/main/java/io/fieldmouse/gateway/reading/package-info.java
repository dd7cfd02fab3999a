/** The gateway's vocabulary: readings, their quality, requests to set a point, and words in logs. Depends on nothing. */
@NullMarked
package io.fieldmouse.gateway.reading;

import org.jspecify.annotations.NullMarked;
