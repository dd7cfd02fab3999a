/** Tests of the whole box from outside: real processes, real sockets, real serial lines, and peers nobody here wrote. */
@NullMarked
package io.fieldmouse.edge.system;

import org.jspecify.annotations.NullMarked;
