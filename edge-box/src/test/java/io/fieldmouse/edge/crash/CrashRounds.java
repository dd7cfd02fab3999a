package io.fieldmouse.edge.crash;

import io.fieldmouse.edge.system.CommandProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The director: starts the program on one data directory, checks what it has kept, lets the clients load it, kills it
 * at a random moment, and starts again.
 *
 * <p>A round:
 *
 * <ol>
 *   <li>start, until it listens; now and then the kill comes before that, and the round is over
 *   <li>look at everything that is retained, while no client is there
 *   <li>let the clients come back, finish what was under way, and receive what was acknowledged
 *   <li>probe every subscription that changes
 *   <li>load, from 0 to 1.5 s
 *   <li>SIGKILL
 * </ol>
 */
final class CrashRounds {
    private static final int PUBLISHERS = 3;
    private static final int CHURNERS = 2;
    private static final int GUESTS = 4;
    private static final int LOAD_MILLIS_MAX = 1_500;
    private static final int HEAVY_MILLIS = 2_500;
    /** So that no queue grows until it refuses. */
    private static final int AWAY_RUNS_MAX = 5;

    private static final long SETTLE_MILLIS = 60_000;

    private final Path directory;
    private final Path data;
    private final String durability;
    private final int kills;
    private final long seed;
    private final Random random;
    private final Stage stage;
    private final Ledger ledger;
    private final Prober prober;
    private final Flow retainedForGood;
    private final Subscriber sometimesKept;
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<Churner> churners = new ArrayList<>();
    private final List<Client> settling = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Long> startMillis = new ArrayList<>();
    private int killsDone;
    private int killsWhileStarting;
    private long dataBytesMax;

    CrashRounds(Path directory, String durability, int kills, long seed) throws IOException {
        this.directory = directory;
        this.data = directory.resolve("data");
        this.durability = durability;
        this.kills = kills;
        this.seed = seed;
        this.random = new Random(seed);
        this.stage = new Stage(CommandProcess.freePort());
        this.ledger = new Ledger(stage);
        for (int i = 0; i < PUBLISHERS; i++) {
            settling.add(new Publisher(i, stage, ledger, seed));
        }
        for (int i = 0; i < CHURNERS; i++) {
            churners.add(new Churner(i, stage, ledger, seed));
        }
        retainedForGood = ledger.newFlow("last/of/all", 1, true);
        prober = new Prober(stage, ledger, seed);
        subscribers.add(new Subscriber("always-2", "live/", 2, 100, stage, ledger, seed));
        subscribers.add(new Subscriber("always-1", "live/", 1, 3, stage, ledger, seed));
        subscribers.add(new Subscriber("sometimes-2", "live/", 2, 20, stage, ledger, seed));
        subscribers.add(new Subscriber("sometimes-1", "live/", 1, 100, stage, ledger, seed));
        sometimesKept = new Subscriber("sometimes-kept", "kept/", 2, 10, stage, ledger, seed);
        subscribers.add(sometimesKept);
        settling.add(prober);
        settling.addAll(churners);
    }

    /** Plays all rounds, and a last one without a kill in which everything has to arrive. */
    void play() throws InterruptedException, IOException {
        begin();
        CommandProcess process = null;
        try {
            for (int round = 1; round <= kills && ledger.isClean(); round++) {
                stage.round(round);
                process = killedAtRandom();
            }
            if (ledger.isClean()) {
                stage.round(kills + 1);
                subscribers.forEach(subscriber -> subscriber.attend(true, 0));
                process = start();
                check(process);
            }
        } finally {
            stage.killing();
            stage.over();
            if (process != null) {
                process.close();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private void begin() {
        List<Client> clients = new ArrayList<>(settling);
        clients.addAll(subscribers);
        for (int i = 0; i < GUESTS; i++) {
            clients.add(new Guest(i, stage, ledger, seed));
        }
        for (Client client : clients) {
            Thread thread = new Thread(client, client.id);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        prober.ask(retainedForGood);
    }

    /** One round. */
    private CommandProcess killedAtRandom() throws IOException, InterruptedException {
        chooseWhoAttends();
        if (!startMillis.isEmpty() && random.nextInt(7) == 0) {
            return killedWhileStarting();
        }
        CommandProcess process = start();
        check(process);
        // Not while what it brings would only pile up in a queue.
        boolean heavy = random.nextInt(4) == 0 && sometimesKept.attends();
        int millis = heavy ? 1_000 + random.nextInt(HEAVY_MILLIS) : loadMillis();
        stage.load(heavy);
        if (!Stage.await(millis, () -> !process.isAlive() || !ledger.isClean()) || ledger.isClean()) {
            requireAlive(process);
        }
        kill(process);
        return process;
    }

    /** Mostly short: what happens in the first moments after a start is as likely to go wrong as what comes later. */
    private int loadMillis() {
        return random.nextInt(8) == 0 ? random.nextInt(10) : random.nextInt(10 + random.nextInt(LOAD_MILLIS_MAX - 10));
    }

    private void chooseWhoAttends() {
        boolean first = startMillis.isEmpty();
        subscribers.forEach(subscriber -> subscriber.attend(
                first || subscriber.id.startsWith("always") || random.nextInt(3) == 0, AWAY_RUNS_MAX));
    }

    private CommandProcess killedWhileStarting() throws IOException {
        CommandProcess process = launch();
        stage.up(false);
        stage.load(false);
        int most = (int) (1.5 * median(startMillis));
        int millis = random.nextInt(Math.max(1, most));
        Stage.await(millis, () -> !process.isAlive());
        requireAlive(process);
        killsWhileStarting++;
        kill(process);
        return process;
    }

    private CommandProcess start() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        CommandProcess process = launch();
        try {
            process.awaitPort(stage.port());
        } catch (AssertionError e) {
            ledger.violation("the program did not start: " + e.getMessage());
            return process;
        }
        startMillis.add((System.nanoTime() - begin) / 1_000_000);
        return process;
    }

    private CommandProcess launch() throws IOException {
        return CommandProcess.fieldmouse(
                directory,
                "broker",
                "--port",
                Integer.toString(stage.port()),
                "--data",
                data.toString(),
                "--set",
                "durability=" + durability,
                "--set",
                "queue_messages_max=1000000",
                "--set",
                "queue_bytes_max=40000000",
                "--set",
                "buffer_bytes_max=128000000");
    }

    private void requireAlive(CommandProcess process) {
        if (!process.isAlive()) {
            ledger.violation("the program ended by itself; " + process);
        }
    }

    private void kill(CommandProcess process) throws IOException {
        stage.killing();
        process.kill();
        stage.down();
        killsDone++;
        dataBytesMax = Math.max(dataBytesMax, dataBytes());
    }

    /** What the data directory holds, after a kill. */
    private long dataBytes() throws IOException {
        if (Files.notExists(data)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(data)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    // ---- the checks

    private void check(CommandProcess process) {
        if (!ledger.isClean()) {
            return;
        }
        if (killsDone > 0) {
            new RetainedCheck(stage, ledger, retainedForGood).run();
        }
        stage.up(true);
        boolean settled = Stage.await(SETTLE_MILLIS, () -> isSettled() || !ledger.isClean() || !process.isAlive());
        requireAlive(process);
        if (!settled) {
            ledger.violation("not all has arrived:\n" + unsettled());
        }
        if (ledger.isClean()) {
            probe(process);
        }
    }

    private boolean isSettled() {
        return settling.stream().allMatch(Client::isSettled)
                && subscribers.stream()
                        .filter(Subscriber::attends)
                        .allMatch(subscriber -> subscriber.isSettled() && subscriber.isUpToDate());
    }

    private String unsettled() {
        String clients = settling.stream()
                .filter(client -> !client.isSettled())
                .map(Client::toString)
                .collect(Collectors.joining("\n"));
        String missing = subscribers.stream()
                .filter(Subscriber::attends)
                .filter(subscriber -> !subscriber.isUpToDate())
                .map(Subscriber::missing)
                .collect(Collectors.joining("\n"));
        return clients + "\n" + missing;
    }

    private void probe(CommandProcess process) {
        int before = churners.get(0).probed();
        churners.forEach(churner -> churner.askProbes(prober));
        boolean probed = Stage.await(
                SETTLE_MILLIS,
                () -> !ledger.isClean()
                        || !process.isAlive()
                        || churners.stream().allMatch(churner -> churner.probed() > before));
        if (!probed) {
            ledger.violation("the last probe did not come: " + churners);
        }
    }

    // ---- the figures

    boolean isClean() {
        return ledger.isClean();
    }

    /** What was done and found, in one line. */
    String figures() {
        return "kills=" + killsDone
                + " while_starting=" + killsWhileStarting
                + " starts=" + startMillis.size()
                + " start_ms_median=" + median(startMillis)
                + " start_ms_max=" + (startMillis.isEmpty() ? 0 : Collections.max(startMillis))
                + " data_mib_max=" + (dataBytesMax >> 20)
                + " acknowledged_qos1=" + ledger.acknowledgedAtQos1
                + " acknowledged_qos2=" + ledger.acknowledgedAtQos2
                + " refused=" + ledger.refused
                + " delivered=" + ledger.delivered
                + " repeated_qos1=" + ledger.repeatedAtQos1
                + " retained_set=" + ledger.retainedSet
                + " retained_checked=" + ledger.retainedLookedAt
                + " subscriptions_changed=" + ledger.subscriptionsChanged
                + " subscriptions_checked=" + ledger.subscriptionsProbed
                + " sessions_resumed=" + ledger.sessionsResumed
                + " sessions_ended=" + ledger.sessionsEnded
                + " sessions_expired=" + ledger.sessionsExpired
                + " violations=" + ledger.violations().size()
                + " durability=" + durability
                + " seconds=" + stage.millis() / 1_000
                + " seed=" + seed;
    }

    /** All that must never have been, with its stories. */
    String violations() {
        return String.join("\n\n", ledger.violations());
    }

    private static long median(List<Long> values) {
        List<Long> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }
}
