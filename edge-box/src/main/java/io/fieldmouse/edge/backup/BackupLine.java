package io.fieldmouse.edge.backup;

import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoredMessage;
import io.fieldmouse.store.StoredSubscription;
import io.fieldmouse.store.StoredWill;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one line of an export says. Each line is a JSON object, in UTF-8, ended by a line feed:
 *
 * <pre>
 * {"fieldmouse":"store","format":1,"retained":2, ...}    how many of each follow
 * {"type":"retained","topic":"a/b","payload":"21.5","qos":1}
 * {"type":"session","client":"dash","owner":"nobody","expiry_seconds":3600,"disconnected_at_millis":1795219200000}
 * {"type":"subscription","client":"dash","filter":"a/#","options":1}
 * {"type":"message","id":7,"topic":"a/b","payload_base64":"AP8=","receivers":[{"client":"dash","qos":1}]}
 * {"type":"will","client":"dash","topic":"gone","payload":"","qos":1,"delay_seconds":0,"expiry_seconds":4294967295}
 * {"type":"end","lines":6,"crc32c":"89abcdef"}           of all lines before, line feeds included
 * </pre>
 *
 * A payload is text where it is UTF-8 without control characters, else base64. What is not written is empty, false, 0
 * or does not expire. The order is always the same, so that two exports of the same state are the same bytes.
 */
sealed interface BackupLine {

    String KIND = "store";
    int FORMAT = 1;

    /**
     * How many lines of each kind follow, and how many receivers and leftovers the messages have.
     */
    record Header(
            long retained, long sessions, long subscriptions, long messages, long receivers, long leftovers, long wills)
            implements BackupLine {}

    record Retained(StoredMessage message, int qos) implements BackupLine {}

    /** A session; its subscriptions come in the lines behind it. */
    @SuppressWarnings("ArrayRecordComponent")
    record Session(
            String clientId,
            @Nullable String owner,
            long expirySeconds,
            long disconnectedAtMillis,
            int[] receivedPacketIds)
            implements BackupLine {}

    record Subscription(String clientId, StoredSubscription subscription) implements BackupLine {}

    /** A message that waits, once, with all that wait for it. */
    record Message(long id, StoredMessage message, List<Delivery> receivers, List<StoreChange.Receiver> leftovers)
            implements BackupLine {}

    /** @param packetId 0 when it was not sent */
    record Delivery(StoreChange.Receiver receiver, int packetId, boolean released) {}

    record Will(String clientId, StoredWill will) implements BackupLine {}
}
