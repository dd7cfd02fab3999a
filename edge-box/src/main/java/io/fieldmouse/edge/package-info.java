/** The program: one class per subcommand, and the wiring. Start at {@link io.fieldmouse.edge.Fieldmouse}. */
@NullMarked
package io.fieldmouse.edge;

import org.jspecify.annotations.NullMarked;
