/** Who receives what: the subscription tree, the retained messages, the way of a PUBLISH. */
@NullMarked
package io.fieldmouse.broker.routing;

import org.jspecify.annotations.NullMarked;
