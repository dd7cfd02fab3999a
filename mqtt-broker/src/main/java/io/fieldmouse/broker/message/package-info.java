/** The broker's vocabulary: publications, topics, reason codes. Depends on nothing. */
@NullMarked
package io.fieldmouse.broker.message;

import org.jspecify.annotations.NullMarked;
