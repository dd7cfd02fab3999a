/** The picture of the demo: what a dashboard sees, drawn on a terminal. Knows nothing of broker and gateway. */
@NullMarked
package io.fieldmouse.edge.demo;

import org.jspecify.annotations.NullMarked;
