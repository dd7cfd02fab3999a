/** What an operator sees of the broker. */
@NullMarked
package io.fieldmouse.broker.admin;

import org.jspecify.annotations.NullMarked;
