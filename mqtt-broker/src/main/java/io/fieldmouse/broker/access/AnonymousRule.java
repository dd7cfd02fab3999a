package io.fieldmouse.broker.access;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** From where clients may connect that prove no name. */
public enum AnonymousRule {
    NEVER,
    /** From this machine. */
    LOOPBACK,
    ANYWHERE;

    /**
     * Finds the rule for a setting.
     *
     * @param text auto, never, loopback or anywhere; auto is loopback where there are no passwords, and else never
     * @param passwords whether there is a password file
     */
    public static AnonymousRule of(String text, boolean passwords) {
        return switch (text) {
            case "auto" -> passwords ? NEVER : LOOPBACK;
            case "never" -> NEVER;
            case "loopback" -> LOOPBACK;
            case "anywhere" -> ANYWHERE;
            default -> throw new IllegalArgumentException("anonymous: " + text);
        };
    }

    /** Whether a client may connect from there without a name. What is no address of a network is this machine. */
    public boolean admits(SocketAddress remote) {
        return switch (this) {
            case NEVER -> false;
            case LOOPBACK -> !(remote instanceof InetSocketAddress inet) || isLoopback(inet.getAddress());
            case ANYWHERE -> true;
        };
    }

    private static boolean isLoopback(@Nullable InetAddress address) {
        return address != null && address.isLoopbackAddress();
    }

    /**
     * Why nothing must be opened at this address: a sentence that begins with what the address does. Null when it may.
     *
     * @param credentials whether those who connect there can prove a name: a password file, or client certificates
     */
    public @Nullable String objection(InetAddress host, boolean credentials) {
        if (!host.isLoopbackAddress() && !credentials && this != ANYWHERE) {
            return "is open to the network, and clients need no password;"
                    + " write anonymous: anywhere if that is meant, else set password_file, or bind: 127.0.0.1";
        }
        if (this == NEVER && !credentials) {
            return "has neither passwords, certificates that name users, nor anonymous clients, so that nobody could"
                    + " connect; set password_file, or write anonymous: loopback";
        }
        return null;
    }
}
