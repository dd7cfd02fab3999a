/** Byte links to devices: the home of jSerialComm. */
@NullMarked
package io.fieldmouse.gateway.link;

import org.jspecify.annotations.NullMarked;
