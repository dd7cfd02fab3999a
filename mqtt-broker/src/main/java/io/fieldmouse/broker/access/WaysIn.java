package io.fieldmouse.broker.access;

/**
 * By what clients can log in at the listeners there are, and so which owners could still come back for what they left.
 * Never waits; may be asked from any thread.
 *
 * @param passwords the password file as it is now
 * @param vouched whether some listener takes names from certificates, or the embedding program has a method of its own
 * @param nameless whether some listener lets clients in without a name
 */
public record WaysIn(Credentials passwords, boolean vouched, boolean nameless) {

    /** Whether somebody could log in as this owner now. */
    public boolean areOpenTo(Owner owner) {
        return switch (owner.proof()) {
            case NOBODY -> nameless;
            case PASSWORD -> isInFile(owner);
            case VOUCHED -> vouched || isInFile(owner);
            case BOX -> true;
        };
    }

    private boolean isInFile(Owner owner) {
        return passwords.find(owner.userName()) != null;
    }
}
