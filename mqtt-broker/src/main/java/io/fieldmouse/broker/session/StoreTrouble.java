package io.fieldmouse.broker.session;

import io.fieldmouse.broker.message.ReasonCode;

/**
 * Why the store makes nothing durable for the time being, and how clients are told. One question for the packets that
 * refuse and one for the end of a connection, because the same code says different things in them.
 */
public enum StoreTrouble {
    /** 0x97: "an implementation or administrative imposed limit has been exceeded" (sections 3.4.2.1, 3.9.3, 3.14.2.1). */
    DISK_FULL(ReasonCode.QUOTA_EXCEEDED, ReasonCode.QUOTA_EXCEEDED, "the broker's disk is full"),

    /**
     * In an acknowledgement 0x83, the packet "is valid but the receiver is not willing to accept it": 0x80 is for what no
     * other code matches (section 3.4.2.1). In DISCONNECT 0x83 would say that this implementation cannot process the
     * packet at all, which is wrong an hour later: there it is 0x80 (section 3.14.2.1).
     */
    DISK_FAILS(
            ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
            ReasonCode.UNSPECIFIED_ERROR,
            "the broker cannot write to its disk");

    private final ReasonCode refusal;
    private final ReasonCode goodbye;
    private final String words;

    StoreTrouble(ReasonCode refusal, ReasonCode goodbye, String words) {
        this.refusal = refusal;
        this.goodbye = goodbye;
        this.words = words;
    }

    /** Of PUBACK, PUBREC and SUBACK for what would have to be stored. */
    public ReasonCode refusal() {
        return refusal;
    }

    /** Of UNSUBACK, which knows no 0x97 (section 3.11.3). */
    public ReasonCode unsubscribeRefusal() {
        return ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
    }

    /** Of DISCONNECT, for whoever waits for an acknowledgement that does not come. */
    public ReasonCode goodbye() {
        return goodbye;
    }

    public String words() {
        return words;
    }
}
