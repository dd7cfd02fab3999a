package io.fieldmouse.edge.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The measures of the durable path, each a broker of its own in a directory that is deleted afterwards. Numbers are
 * those of this machine and this hour: what they are to be compared with is measured in the same run.
 */
public final class StoreBench {
    private static final int[] PUBLISHERS = {1, 10, 100, 1000};
    private static final String[] TARGETS = {"0.5", "3", "8", ""};
    private static final Duration WARM = Duration.ofSeconds(3);
    private static final String TOPIC = "bench/t";
    private static final String FILTER = "bench/#";
    private static final int RETAINED_TOPICS = 1000;

    /** More than the journal's segments together, so that each of them was written once. */
    private static final long WARM_BYTES = 64L << 20;

    /** Longer than a change waits for its checkpoint. */
    private static final Duration SETTLING = Duration.ofSeconds(70);

    private static final int GROUP_MESSAGES = 10;
    private static final Duration GROUP_EVERY = Duration.ofMillis(100);
    private static final int GROUPS_AWAY = 300;
    private static final int GROWTH_PUBLISHERS = 100;
    private static final String ROOMY_HEAP = "768m";
    private static final String[] ROOM = {
        "queue_messages_max=10000000", "queue_bytes_max=4294967296", "buffer_bytes_max=4294967296"
    };

    private final Path directory;
    private final PrintStream out;

    /** @param directory on the disk that is measured; everything in it is left to the caller */
    public StoreBench(Path directory, PrintStream out) {
        this.directory = directory;
        this.out = out;
    }

    /** Durable messages in a second, beside what the disk can do. */
    public void speed(Duration time) throws IOException {
        try (ChildBroker broker = start("speed");
                LoadGenerator load = new LoadGenerator(broker.port());
                RawAppends raw = new RawAppends(directory)) {
            AwaySession away = AwaySession.begin(load, FILTER);
            publish(load, 10, WARM.compareTo(time) < 0 ? WARM : time);
            away.end();
            say("| publishers | messages/s | forced 4 KiB appends/s | ratio | target |");
            say("| --- | --- | --- | --- | --- |");
            double before = raw.rate(time);
            for (int i = 0; i < PUBLISHERS.length; i++) {
                away = AwaySession.begin(load, FILTER);
                double rate = publish(load, PUBLISHERS[i], time);
                away.end();
                double after = raw.rate(time);
                double appends = (before + after) / 2;
                say("| %,d | %,.0f | %,.0f | %.2f | %s |", PUBLISHERS[i], rate, appends, rate / appends, TARGETS[i]);
                before = after;
            }
        }
    }

    private static double publish(LoadGenerator load, int count, Duration time) throws IOException {
        Publishers publishers = Publishers.connect(load, count, List.of(TOPIC), false);
        try {
            return publishers.rate(time);
        } finally {
            publishers.close();
        }
    }

    /** Bytes that the broker's process sends to the disk for each group of ten messages, ten groups a second. */
    public void wear(Duration time) throws IOException {
        say("| 10 groups of 10 messages a second | bytes a group | at most |");
        say("| --- | --- | --- |");
        long most = 6 * 1024 + 2L * GROUP_MESSAGES * Publishers.PAYLOAD_BYTES;
        say("| to a session that is away | %,d | %,d |", wear("wear-away", time, false), most);
        say("| retained, on %,d topics | %,d | %,d |", RETAINED_TOPICS, wear("wear-retained", time, true), most);
    }

    private long wear(String name, Duration time, boolean retain) throws IOException {
        try (ChildBroker broker = start(name);
                LoadGenerator load = new LoadGenerator(broker.port())) {
            Publishers publishers =
                    Publishers.connect(load, GROUP_MESSAGES, retain ? retainedTopics() : List.of(TOPIC), retain);
            AwaySession away = retain ? null : AwaySession.begin(load, FILTER);
            while (broker.writtenBytes() < WARM_BYTES) {
                publishers.rate(Duration.ofSeconds(1));
            }
            if (away != null) {
                away.take(publishers.acknowledged());
            }
            // What the warm-up has left for the next checkpoint is not of these groups.
            publishPaced(publishers, null, SETTLING);
            long before = broker.writtenBytes();
            long groups = publishPaced(publishers, away, time);
            return (broker.writtenBytes() - before) / Math.max(1, groups);
        }
    }

    /** Returns the number of groups. */
    private static long publishPaced(Publishers publishers, @Nullable AwaySession away, Duration time)
            throws IOException {
        long begun = System.nanoTime();
        long groups = time.dividedBy(GROUP_EVERY);
        for (long group = 1; group <= groups; group++) {
            publishers.once();
            if (away != null && group % GROUPS_AWAY == 0) {
                away.take(publishers.acknowledged());
            }
            LockSupport.parkNanos(begun + group * GROUP_EVERY.toNanos() - System.nanoTime());
        }
        return groups;
    }

    /** How large the directory becomes while a thousand retained topics are overwritten. */
    public void growth(long overwrites) throws IOException {
        try (ChildBroker broker = start("growth");
                LoadGenerator load = new LoadGenerator(broker.port())) {
            Publishers publishers = Publishers.connect(load, GROWTH_PUBLISHERS, retainedTopics(), true);
            long largest = 0;
            long told = 0;
            while (publishers.acknowledged() < overwrites) {
                publishers.rate(GROUP_EVERY);
                largest = Math.max(largest, sizeOf(ChildBroker.store(directory.resolve("growth"))));
                if (publishers.acknowledged() - told >= overwrites / 10) {
                    told = publishers.acknowledged();
                    say("%,d overwrites, directory at most %,d KiB so far", told, largest / 1024);
                }
            }
            long live = retainedTopics().stream()
                    .mapToLong(topic -> topic.length() + Publishers.PAYLOAD_BYTES)
                    .sum();
            say(
                    "directory at most %,d KiB, live data %,d KiB, target at most %,d KiB",
                    largest / 1024, live / 1024, (3 * live + (32L << 20)) / 1024);
        }
    }

    private static long sizeOf(Path store) throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.toList()) {
                sum += sizeOrNothing(file);
            }
        }
        return sum;
    }

    /** Files are renamed and deleted meanwhile. */
    private static long sizeOrNothing(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }

    /** How long a lane lets a ping wait, while it is busy and checkpoints are made, and without a store. */
    public void turns(Duration time) throws IOException, InterruptedException {
        say("| durability | messages/s | 99.9 %% of pings within | longest ping | longest pause of the collector |");
        say("| --- | --- | --- | --- | --- |");
        for (String durability : List.of("none", "force")) {
            try (ChildBroker broker = start("turns-" + durability, "durability=" + durability, "lanes=1");
                    LoadGenerator load = new LoadGenerator(broker.port())) {
                Publishers publishers = Publishers.connect(load, GROWTH_PUBLISHERS, retainedTopics(), true);
                publishers.rate(WARM);
                try (Pings pings = Pings.start(broker.port())) {
                    double rate = publishers.rate(time);
                    Pings.Waits waits = pings.stop();
                    say(
                            "| %s | %,.0f | %.1f ms | %.1f ms | %.1f ms |",
                            durability, rate, waits.millis(0.999), waits.millis(1), broker.longestPauseMillis());
                }
            }
        }
    }

    /** How long a broker with much to remember takes to listen again, and whether 256 MB of heap are enough. */
    public void startUp(int retained, int sessions, int queued) throws IOException, InterruptedException {
        Path home = home("start");
        LargeStore.make(ChildBroker.store(home), retained, sessions, queued);
        for (String words : List.of("first start after the import", "second start")) {
            try (ChildBroker broker = ChildBroker.start(home, "256m")) {
                say(
                        "%s: %,d retained, %,d sessions, %,d queued: %.1f s, heap at most 256 MB, process at most %,d MB",
                        words, retained, sessions, queued, broker.startSeconds(), broker.memoryBytesMax() >> 20);
            }
        }
    }

    private ChildBroker start(String name, String... settings) throws IOException {
        return ChildBroker.start(
                home(name),
                ROOMY_HEAP,
                Stream.of(ROOM, settings).flatMap(Stream::of).toArray(String[]::new));
    }

    private Path home(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    private static List<String> retainedTopics() {
        return IntStream.range(0, RETAINED_TOPICS).mapToObj(i -> "bench/r/" + i).toList();
    }

    private void say(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
