package io.fieldmouse.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty store, wholly or not at all, however much it is: more than one commit could hold.
 *
 * <p>Its surprise is a file that lies in the directory meanwhile. While it is there {@link MessageStore#open} refuses
 * the store, so that no broker begins with a part after a kill; the next import throws that part away.
 */
public final class StoreImport implements AutoCloseable {
    static final String MARK = "import.unfinished";
    private static final long WAITING_BYTES_MAX = 8 << 20;

    private final StoreConfig config;
    private final Progress progress = new Progress();
    private final MessageStore store;
    private long lastPosition;
    private boolean finished;

    /** Where the store's thread and this one meet. */
    private static final class Progress implements CommitListener {
        private long durable;
        private @Nullable StoreException failure;

        @Override
        public synchronized void durableUpTo(long position) {
            durable = position;
            notifyAll();
        }

        @Override
        public synchronized void failing(StoreException cause) {
            failure = cause;
            notifyAll();
        }

        @Override
        public void recovered() {}

        synchronized void await(long position) throws InterruptedException {
            while (durable < position && failure == null) {
                wait();
            }
            if (failure != null) {
                throw new StoreException(String.valueOf(failure.getMessage()), failure);
            }
        }
    }

    private StoreImport(StoreConfig config) {
        this.config = config;
        this.store = DiskStore.open(config, progress);
    }

    /**
     * Claims the store, and makes it where there is none.
     *
     * @throws StoreException if it holds anything, is in use, or cannot be written
     */
    public static StoreImport begin(StoreConfig config) {
        if (isUnfinished(config)) {
            discard(config);
        }
        StoreImport begun = new StoreImport(config);
        try {
            requireEmpty(config, begun.store.load());
            begun.mark();
            return begun;
        } catch (IOException e) {
            begun.store.close();
            throw failed(config, e);
        } catch (RuntimeException e) {
            begun.store.close();
            throw e;
        }
    }

    private static void requireEmpty(StoreConfig config, StoredState state) {
        boolean empty = state.retained().isEmpty()
                && state.sessions().isEmpty()
                && state.wills().isEmpty()
                && state.leftovers().isEmpty();
        if (!empty) {
            throw new StoreException(
                    "store " + config.directory() + " is not empty: it holds "
                            + state.retained().size() + " retained messages and "
                            + state.sessions().size()
                            + " sessions. Nothing was changed; import into another directory, or move what is there away first");
        }
    }

    private void mark() throws IOException {
        try (FileChannel file = config.disk().open(MARK)) {
            file.force(true);
        }
        config.disk().forceNames();
    }

    /** Hands over changes. Waits for the disk while much is on its way. */
    public void add(List<StoreChange> changes) throws InterruptedException {
        lastPosition = store.commit(changes);
        if (store.pendingBytes() > WAITING_BYTES_MAX) {
            progress.await(lastPosition);
        }
    }

    /** Returns when all is on disk: now it is a store like any other. */
    public void finish() throws InterruptedException {
        progress.await(lastPosition);
        try {
            unmark(config);
        } catch (IOException e) {
            throw failed(config, e);
        }
        finished = true;
    }

    /** Without {@link #finish()} nothing is left of it. */
    @Override
    public void close() {
        store.close();
        if (!finished) {
            discard(config);
        }
    }

    /** @throws StoreException if an import into this store was interrupted */
    static StoreConfig requireFinished(StoreConfig config) {
        if (isUnfinished(config)) {
            throw new StoreException("store " + config.directory() + " holds a part of an import that was interrupted:"
                    + " import again, or delete what is in that directory");
        }
        return config;
    }

    private static boolean isUnfinished(StoreConfig config) {
        try {
            return Files.isDirectory(config.directory())
                    && config.disk().names().contains(MARK);
        } catch (IOException e) {
            throw failed(config, e);
        }
    }

    /** The mark goes last: until then nobody opens what is left. */
    @SuppressWarnings("try") // claimed only so that nobody else is in it
    private static void discard(StoreConfig config) {
        try (StoreDirectory claimed = StoreDirectory.claim(config.directory(), Clock.systemUTC())) {
            for (String name : config.disk().names()) {
                if (StoreInspection.isOfStore(name)) {
                    config.disk().delete(name);
                }
            }
            config.disk().forceNames();
            unmark(config);
        } catch (IOException e) {
            throw failed(config, e);
        }
    }

    private static void unmark(StoreConfig config) throws IOException {
        config.disk().delete(MARK);
        config.disk().forceNames();
    }

    private static StoreException failed(StoreConfig config, IOException cause) {
        return new StoreException(
                "store " + config.directory() + " cannot be filled: " + FileFailure.words(cause)
                        + "; it must be a directory this user can write",
                cause);
    }
}
