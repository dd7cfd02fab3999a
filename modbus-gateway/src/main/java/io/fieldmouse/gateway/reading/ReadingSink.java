package io.fieldmouse.gateway.reading;

/** Where a bus delivers what it read. Called on the bus's thread: must return at once and never throw. */
public interface ReadingSink {

    /** A poll brought this value, or lost it. Every poll is reported; what is worth publishing is the sink's choice. */
    void reading(Reading reading);

    /** The device began or ceased to answer. Called once for each change, and once after the first poll. */
    void availability(String device, boolean online);
}
