package io.fieldmouse.broker.access;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ways of enhanced authentication a broker knows, by the name that clients call them by. Immutable. */
public final class AuthenticationMethods {
    private final Map<String, AuthenticationMethod> byName;

    /**
     * Takes what the broker brings, and what its owner adds to that.
     *
     * @throws IllegalArgumentException when two have one name
     */
    public AuthenticationMethods(ScramSha256 scram, List<AuthenticationMethod> more) {
        Map<String, AuthenticationMethod> map = new HashMap<>();
        map.put(scram.name(), scram);
        for (AuthenticationMethod method : more) {
            if (map.put(method.name(), method) != null) {
                throw new IllegalArgumentException("two authentication methods are called " + method.name());
            }
        }
        byName = Map.copyOf(map);
    }

    /** The method with this name; null when there is none that is offered now. */
    public @Nullable AuthenticationMethod offered(String name) {
        AuthenticationMethod method = byName.get(name);
        return method == null || !method.isOffered() ? null : method;
    }
}
