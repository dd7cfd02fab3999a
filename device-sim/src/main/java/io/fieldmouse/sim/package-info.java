@NullMarked
package io.fieldmouse.sim;

import org.jspecify.annotations.NullMarked;
