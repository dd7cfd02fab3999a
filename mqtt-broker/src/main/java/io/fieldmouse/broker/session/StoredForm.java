package io.fieldmouse.broker.session;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.store.StoredMessage;

/** How a publication is written to the store, and read back. */
public final class StoredForm {
    private StoredForm() {}

    public static StoredMessage of(Publication publication) {
        return new StoredMessage(
                publication.topic(), publication.payload(), publication.properties(), publication.expiresAtMillis());
    }

    /** The publication as it was, but for its publisher, who is not known after a restart. */
    public static Publication publication(StoredMessage message, Qos qos, boolean retain) {
        return new Publication(
                message.topic(), message.payload(), qos, retain, message.properties(), message.expiresAtMillis(), null);
    }
}
