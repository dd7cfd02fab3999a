package io.fieldmouse.broker.message;

/** Quality of service (MQTT 5 section 4.3). */
public enum Qos {
    AT_MOST_ONCE(0),
    AT_LEAST_ONCE(1),
    EXACTLY_ONCE(2);

    private final int number;

    Qos(int number) {
        this.number = number;
    }

    /** The level with this number. Throws IllegalArgumentException for a number other than 0, 1 or 2. */
    public static Qos of(int number) {
        return switch (number) {
            case 0 -> AT_MOST_ONCE;
            case 1 -> AT_LEAST_ONCE;
            case 2 -> EXACTLY_ONCE;
            default -> throw new IllegalArgumentException("no such QoS: " + number);
        };
    }

    /** 0, 1 or 2, as on the wire. */
    public int number() {
        return number;
    }

    /** The lower of the two: what a publication and a subscription can agree on [MQTT-3.8.4-8]. */
    public Qos atMost(Qos granted) {
        return number <= granted.number ? this : granted;
    }

    public boolean isAcknowledged() {
        return this != AT_MOST_ONCE;
    }
}
