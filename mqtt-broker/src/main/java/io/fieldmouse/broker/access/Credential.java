package io.fieldmouse.broker.access;

/** What a password file knows of a user: enough to recognise the password, not enough to tell it. */
public sealed interface Credential permits PasswordHash, ScramVerifier {

    /**
     * Whether this is the user's password. Costs tens of milliseconds, whatever the answer, and gives nothing away by
     * its time.
     *
     * @param password as it came in CONNECT: text in UTF-8
     */
    boolean verifyPlain(byte[] password);

    /** What stands behind "user:" in the file. */
    String format();
}
