package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.store.Disk;
import io.fieldmouse.store.recording.FileEvent;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A store's disk on which a force does not return while the test wants it so. */
final class StandingDisk implements AutoCloseable {
    private final FileRecording files;
    private volatile @Nullable Stand stand;

    private static final class Stand {
        final CountDownLatch forceBegun = new CountDownLatch(1);
        final CountDownLatch over = new CountDownLatch(1);

        void before(FileEvent event) throws IOException {
            if (event.kind() == FileEvent.Kind.FORCE) {
                forceBegun.countDown();
                try {
                    if (!over.await(60, TimeUnit.SECONDS)) {
                        throw new IOException("the test forgot this disk");
                    }
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    /** @param name as {@link FileRecording#named} wants it */
    StandingDisk(String name) {
        files = FileRecording.named(name);
        files.before(event -> {
            Stand now = stand;
            if (now != null) {
                now.before(event);
            }
        });
    }

    /** For {@link BrokerConfig#withStoreDisk}. */
    Disk files(Path directory) {
        return files.disk(directory);
    }

    /** From now on no force returns. */
    void standStill() {
        stand = new Stand();
    }

    /** Waits until something is to be forced since it stands. */
    void awaitForce() throws InterruptedException {
        Stand now = stand;
        assertTrue(
                now != null && now.forceBegun.await(RawClient.DEADLINE.toSeconds(), TimeUnit.SECONDS),
                "nothing was forced, so nothing can have been acknowledged rightly");
    }

    void goOn() {
        Stand was = stand;
        stand = null;
        if (was != null) {
            was.over.countDown();
        }
    }

    /** From now on every force fails. */
    void fail() {
        files.before(event -> {
            if (event.kind() == FileEvent.Kind.FORCE) {
                throw new IOException("no space left on device");
            }
        });
    }

    /** Forgets the files. The broker on it, which cannot stop while the disk stands, has to be closed before. */
    @Override
    public void close() {
        files.close();
    }
}
