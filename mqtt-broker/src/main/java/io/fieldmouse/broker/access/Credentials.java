package io.fieldmouse.broker.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a user's credential is looked up. Never waits; may be asked from any thread. */
public interface Credentials {

    /** The user's credential; null for a user nobody knows. */
    @Nullable
    Credential find(String userName);

    /** Those among them that SCRAM needs. */
    List<ScramVerifier> scramVerifiers();
}
