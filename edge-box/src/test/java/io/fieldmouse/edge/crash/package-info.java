/**
 * The crash harness: kills the program at random moments under mixed load, and holds what it says and delivers
 * afterwards against what it had promised. Begin reading at {@link io.fieldmouse.edge.crash.CrashRounds}.
 */
@NullMarked
package io.fieldmouse.edge.crash;

import org.jspecify.annotations.NullMarked;
