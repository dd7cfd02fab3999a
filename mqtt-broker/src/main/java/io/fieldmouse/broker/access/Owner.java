package io.fieldmouse.broker.access;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whose a session is. Two owners are the same user when they have the same name, however each of them has proven it.
 *
 * @param userName empty where there is none
 */
public record Owner(Proof proof, String userName) {

    /** By what the owner was known when it was here last. */
    public enum Proof {
        /** By nothing: all clients without a name are one owner, who is nobody. */
        NOBODY,
        /** By its line of the password file. */
        PASSWORD,
        /** By somebody else's word: its certificate, or an authentication method of the embedding program's. */
        VOUCHED,
        /** By its place: it is a part of this process, and no user. */
        BOX;

        boolean hasName() {
            return this == PASSWORD || this == VOUCHED;
        }
    }

    /** The box's own client. */
    public static final Owner BOX = new Owner(Proof.BOX, "");

    public Owner {
        if (proof.hasName() == userName.isEmpty()) {
            throw new IllegalArgumentException(proof + " with the name \"" + userName + "\"");
        }
    }

    /** Whether this and the other are one user. */
    public boolean isSameUserAs(Owner other) {
        return userName.equals(other.userName) && (proof == Proof.BOX) == (other.proof == Proof.BOX);
    }

    /** For the store: {@code nobody}, {@code password:alice}, {@code vouched:press-7}, {@code box}. */
    public String text() {
        return proof.hasName() ? word(proof) + ":" + userName : word(proof);
    }

    /** Reads {@link #text()}; null for null, which is what stores of before have, and for what is no such text. */
    public static @Nullable Owner of(@Nullable String text) {
        if (text == null) {
            return null;
        }
        int colon = text.indexOf(':');
        String word = colon < 0 ? text : text.substring(0, colon);
        String userName = colon < 0 ? "" : text.substring(colon + 1);
        for (Proof proof : Proof.values()) {
            if (word(proof).equals(word) && proof.hasName() != userName.isEmpty()) {
                return new Owner(proof, userName);
            }
        }
        return null;
    }

    private static String word(Proof proof) {
        return proof.name().toLowerCase(Locale.ROOT);
    }
}
