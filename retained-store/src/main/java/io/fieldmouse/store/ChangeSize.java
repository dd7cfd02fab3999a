package io.fieldmouse.store;

import java.util.List;

/** Estimates how many bytes of memory and disk changes take. */
final class ChangeSize {
    private static final int CHANGE_BYTES = 96;
    private static final int RECEIVER_BYTES = 64;

    private ChangeSize() {}

    static long bytes(List<StoreChange> changes) {
        long sum = 0;
        for (StoreChange change : changes) {
            sum += bytes(change);
        }
        return sum;
    }

    static int bytes(StoreChange change) {
        return CHANGE_BYTES + bodyBytes(change);
    }

    private static int bodyBytes(StoreChange change) {
        if (change instanceof StoreChange.RetainedSet set) {
            return set.message().sizeBytes();
        }
        if (change instanceof StoreChange.MessageQueued queued) {
            int sum = queued.message().sizeBytes();
            for (StoreChange.Receiver receiver : queued.receivers()) {
                sum += RECEIVER_BYTES + receiver.sharedFilter().length();
            }
            return sum;
        }
        if (change instanceof StoreChange.WillSet set) {
            return set.will().message().sizeBytes();
        }
        if (change instanceof StoreChange.SubscriptionAdded added) {
            return added.subscription().topicFilter().length();
        }
        return 0;
    }
}
