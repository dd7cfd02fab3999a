package io.fieldmouse.broker.access;

import io.fieldmouse.broker.access.Owner.Proof;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is, as far as it has proven that. A name that nobody checked is no name.
 *
 * @param owner whose its session is
 * @param shown what it has shown to know: its line of the password file, without which it is nobody any more; null for a
 *     client that has its name from its certificate, or none, or is not here
 */
public record Identity(Owner owner, String clientId, @Nullable Credential shown) {

    public static Identity anonymous(String clientId) {
        return new Identity(new Owner(Proof.NOBODY, ""), clientId, null);
    }

    public static Identity byPassword(String userName, String clientId, Credential shown) {
        return new Identity(new Owner(Proof.PASSWORD, userName), clientId, shown);
    }

    /** @param commonName of its certificate, which the listener has verified */
    public static Identity byCertificate(String commonName, String clientId) {
        return new Identity(new Owner(Proof.VOUCHED, commonName), clientId, null);
    }

    /** @param accepted what an authentication method has found */
    public static Identity byMethod(AuthenticationMethod.Accepted accepted, String clientId) {
        Proof proof = accepted.shown() == null ? Proof.VOUCHED : Proof.PASSWORD;
        return new Identity(new Owner(proof, accepted.userName()), clientId, accepted.shown());
    }

    /** Null for an anonymous client. */
    public @Nullable String userName() {
        return owner.userName().isEmpty() ? null : owner.userName();
    }
}
