package io.fieldmouse.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The store of {@link Durability#NONE}: finds nothing, keeps nothing, and calls every commit durable. On a writer
 * thread of its own like the other one, so that a listener is never called inside its own commit.
 */
final class MemoryStore implements MessageStore {
    private final GroupCommitter committer;

    MemoryStore(CommitListener listener) {
        committer = new GroupCommitter(new Nowhere(), listener, Duration.ZERO);
        committer.start();
    }

    private static final class Nowhere implements GroupWriter {
        @Override
        public void write(long firstPosition, List<List<StoreChange>> commits) {}

        @Override
        public void written(long firstPosition, List<List<StoreChange>> commits) {}

        @Override
        public void keep(long firstPosition, List<List<StoreChange>> commits) {}

        @Override
        public void recover() {}

        @Override
        public void close(boolean failed) {}
    }

    @Override
    public StoredState load() {
        return new StoredState(List.of(), List.of(), Map.of(), List.of(), 0, 0);
    }

    @Override
    public long commit(List<StoreChange> changes) {
        return committer.commit(changes);
    }

    @Override
    public long pendingBytes() {
        return committer.pendingBytes();
    }

    @Override
    public StoreStatus status() {
        return StoreStatus.NONE;
    }

    @Override
    public void close() {
        committer.close();
    }
}
