/**
 * What simulated devices have in common, whatever their bus: what they measure and how they misbehave, as pure functions of
 * time and seed.
 */
@NullMarked
package io.fieldmouse.sim;

import org.jspecify.annotations.NullMarked;
