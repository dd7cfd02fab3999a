package io.fieldmouse.broker.access;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks from time to time whether the files of {@link AccessControl} have changed, on a thread of its own, and has them
 * read anew. A file that cannot be used changes nothing, and is complained about once.
 */
public final class AccessWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessWatch.class);

    private final AccessControl control;
    private final Runnable changed;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "access-files");
        thread.setDaemon(true);
        return thread;
    });

    private AccessWatch(AccessControl control, Runnable changed) {
        this.control = control;
        this.changed = changed;
    }

    /**
     * Begins to watch.
     *
     * @param changed runs after a file was read anew, on the thread that watches
     */
    public static AccessWatch start(AccessControl control, Duration interval, Runnable changed) {
        AccessWatch watch = new AccessWatch(control, changed);
        if (!control.files().isEmpty()) {
            long millis = interval.toMillis();
            watch.thread.scheduleWithFixedDelay(watch::look, millis, millis, TimeUnit.MILLISECONDS);
        }
        return watch;
    }

    private void look() {
        for (WatchedFile file : control.files()) {
            try {
                if (file.hasChanged()) {
                    file.read();
                    LOG.info("read anew file={}", file.path());
                    changed.run();
                }
            } catch (AccessFileException e) {
                LOG.error("{} (what was read before stays in force)", e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("file={} could not be read anew; what was read before stays in force", file.path(), e);
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
