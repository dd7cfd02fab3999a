/**
 * A disk in memory whose power can be cut: what was not forced is then lost, kept or torn, at random. Published in this
 * module's test-jar, for the system tests too. Start at {@link io.fieldmouse.store.powercut.SimulatedDisk}.
 */
@NullMarked
package io.fieldmouse.store.powercut;

import org.jspecify.annotations.NullMarked;
