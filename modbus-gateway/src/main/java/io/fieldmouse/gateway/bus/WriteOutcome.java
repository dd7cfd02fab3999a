package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.SetOutcome;

/**
 * What came of writing to a device.
 *
 * @param outcome for whoever asked
 * @param contact what the bus learned about the device on the way, with the fresh sample where the value was read back
 */
public record WriteOutcome(SetOutcome outcome, StepOutcome contact) {}
