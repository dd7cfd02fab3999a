@NullMarked
package io.fieldmouse.edge;

import org.jspecify.annotations.NullMarked;
