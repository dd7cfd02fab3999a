package io.fieldmouse.broker.access;

import org.jspecify.annotations.Nullable;

/**
 * Who a client is, as far as it has proven that. A name that nobody checked is no name.
 *
 * @param userName null for an anonymous client
 * @param shown what it has shown to know: its line of the password file, without which it is nobody any more; null for a
 *     client that has its name from its certificate, or none
 */
public record Identity(@Nullable String userName, String clientId, @Nullable Credential shown) {

    public static Identity anonymous(String clientId) {
        return new Identity(null, clientId, null);
    }

    public static Identity byPassword(String userName, String clientId, Credential shown) {
        return new Identity(userName, clientId, shown);
    }

    /** @param commonName of its certificate, which the listener has verified */
    public static Identity byCertificate(String commonName, String clientId) {
        return new Identity(commonName, clientId, null);
    }
}
