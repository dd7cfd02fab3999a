package io.fieldmouse.sim;

/** The addresses {@code first} to {@code last}, both included, each 0 to 65535. */
public record AddressRange(int first, int last) {
    /** Every address there is. */
    public static final AddressRange ALL = new AddressRange(0, 0xFFFF);

    public AddressRange {
        if (first < 0 || last > 0xFFFF || first > last) {
            throw new IllegalArgumentException(
                    "addresses " + first + " to " + last + ", allowed are 0 to 65535, rising");
        }
    }

    /** Whether the two have an address in common. */
    public boolean touches(AddressRange other) {
        return first <= other.last && other.first <= last;
    }
}
