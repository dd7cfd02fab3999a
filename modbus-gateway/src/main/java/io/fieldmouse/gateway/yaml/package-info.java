/** Configuration files read with the position of every value: the home of the YAML parser. */
@NullMarked
package io.fieldmouse.gateway.yaml;

import org.jspecify.annotations.NullMarked;
