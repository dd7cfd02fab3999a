package io.fieldmouse.broker.access;

import org.jspecify.annotations.Nullable;

/** Where a user's credential is looked up. Never waits; may be asked from any thread. */
public interface Credentials {

    /** The user's credential; null for a user nobody knows. */
    @Nullable
    Credential find(String userName);
}
