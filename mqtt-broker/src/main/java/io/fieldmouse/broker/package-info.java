@NullMarked
package io.fieldmouse.broker;

import org.jspecify.annotations.NullMarked;
