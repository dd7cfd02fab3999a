/** Who a client is and what it may do: password file, access rules, and the decisions drawn from them. */
@NullMarked
package io.fieldmouse.broker.access;

import org.jspecify.annotations.NullMarked;
