package io.fieldmouse.gateway.reading;

/** What became of a {@link SetRequest}. */
public sealed interface SetOutcome {

    /** Written, read back, and the registers held what was written. */
    record Verified(Value readBack) implements SetOutcome {}

    /**
     * Written and confirmed by the device, and not read back.
     *
     * @param reason why it could not be read back; empty when its profile asks for none
     */
    record Written(String reason) implements SetOutcome {}

    /** Nothing was sent: the request or the device's state does not allow it. */
    record Refused(String reason) implements SetOutcome {}

    /** Something was sent and the device did not do it, or did not say so, or holds another value. */
    record Failed(String reason) implements SetOutcome {}
}
