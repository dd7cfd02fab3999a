package io.fieldmouse.edge.system;

import io.fieldmouse.edge.bench.LoadGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures what the packaged broker does with a second of processor time, beside mosquitto in the same run. No test;
 * {@code docs/benchmarks.md} says how to run it and how to read it.
 *
 * <p>The brokers have one processor and the load has another, so that what the load costs is not in the numbers. They
 * take turns with each scenario: a machine that is slower for a minute is slower for both.
 */
final class BrokerBenchmark {
    private static final Path PROC = Path.of("/proc");
    private static final int BROKERS_PROCESSOR = 0;
    private static final int LOADS_PROCESSOR = 1;

    /** Of /proc/PID/stat, in which a second has a hundred ticks on every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    /** Behind the name, which may hold anything: utime is the 14th field of the line, stime the next. */
    private static final int USER_TICKS = 11;

    /** What is measured. */
    enum Scenario {
        FAN_OUT_QOS_0("1 publisher, 100 subscribers, QoS 0", new LoadScenario.Shape(1, 1, 100, 0, 64, false)),
        FAN_OUT_QOS_1("1 publisher, 100 subscribers, QoS 1", new LoadScenario.Shape(1, 1, 100, 1, 64, false)),
        PAIRS_QOS_0("100 pairs, QoS 0", new LoadScenario.Shape(100, 1, 1, 0, 64, false)),
        PAIRS_QOS_1("100 pairs, QoS 1", new LoadScenario.Shape(100, 1, 1, 1, 64, false)),
        PAIRS_QOS_2("100 pairs, QoS 2", new LoadScenario.Shape(100, 1, 1, 2, 64, false)),
        FAN_IN_PIECES(
                "100 publishers in pieces of 1 to 37 bytes, 1 subscriber",
                new LoadScenario.Shape(1, 100, 1, 0, 10, true)),
        RETAINED("a subscriber to 10,000 retained messages", null),
        CONNECTIONS("connections", null);

        private final String words;

        @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
        private final LoadScenario.@Nullable Shape shape;

        Scenario(String words, LoadScenario.@Nullable Shape shape) {
            this.words = words;
            this.shape = shape;
        }

        /** Of those that carry messages through groups. */
        LoadScenario.@Nullable Shape shape() {
            return shape;
        }

        LoadScenario create() {
            return switch (this) {
                case FAN_OUT_QOS_0, FAN_OUT_QOS_1, PAIRS_QOS_0, PAIRS_QOS_1, PAIRS_QOS_2, FAN_IN_PIECES ->
                    new LoadScenario.Messages(Objects.requireNonNull(shape));
                case RETAINED -> new LoadScenario.Retained(10_000);
                case CONNECTIONS -> new LoadScenario.Connections(50);
            };
        }
    }

    /** How long and how often. */
    private record Plan(int rounds, Duration warm, Duration measured, List<Scenario> scenarios) {}

    /** A broker that is measured. */
    private record Contestant(String name, int port, long pid) {}

    private BrokerBenchmark() {}

    /**
     * @param arguments {@code key=value}: rounds, warm_seconds, seconds, scenarios with commas between them; all may be
     *     left out
     */
    public static void main(String[] arguments) throws Exception {
        Plan plan = plan(arguments);
        Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "benchmark-");
        boolean alone = !Files.isExecutable(Peers.MOSQUITTO);
        if (alone) {
            System.out.println("mosquitto is not installed: apt install mosquitto; there are no ratios without it");
        }
        try (PackagedBroker ours = PackagedBroker.start(
                        directory,
                        "lanes=1",
                        "durability=none",
                        "queue_messages_max=100000",
                        "sys_interval_seconds=0");
                Mosquitto theirs = alone
                        ? null
                        : Mosquitto.start(
                                directory, "persistence false", "max_queued_messages 100000", "sys_interval 0")) {
            List<Contestant> contestants =
                    new ArrayList<>(List.of(new Contestant("fieldmouse", ours.port(), ours.pid())));
            if (theirs != null) {
                contestants.add(new Contestant("mosquitto", theirs.port(), theirs.pid()));
            }
            for (Contestant contestant : contestants) {
                pin(contestant.pid, BROKERS_PROCESSOR);
            }
            pin(ProcessHandle.current().pid(), LOADS_PROCESSOR);
            print(contestants, measure(plan, contestants));
        }
    }

    private static Plan plan(String... arguments) {
        Map<String, String> given =
                new TreeMap<>(Map.of("rounds", "3", "warm_seconds", "3", "seconds", "5", "scenarios", ""));
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            if (pair.length < 2 || given.replace(pair[0], pair[1]) == null) {
                throw new IllegalArgumentException(
                        "\"" + argument + "\", allowed are KEY=VALUE with " + given.keySet());
            }
        }
        String names = given.getOrDefault("scenarios", "");
        List<Scenario> scenarios = names.isEmpty()
                ? List.of(Scenario.values())
                : Stream.of(names.split(",")).map(Scenario::valueOf).toList();
        return new Plan(
                Integer.parseInt(given.get("rounds")),
                Duration.ofSeconds(Long.parseLong(given.get("warm_seconds"))),
                Duration.ofSeconds(Long.parseLong(given.get("seconds"))),
                scenarios);
    }

    /** Moves a process with all its threads, and those it will have. */
    private static void pin(long pid, int processor) {
        Peers.Result result =
                Peers.run(Duration.ofSeconds(10), "taskset", "-acp", Integer.toString(processor), Long.toString(pid));
        if (result.exitCode() != 0) {
            throw new IllegalStateException("two processors and taskset are needed: " + result.output());
        }
    }

    /** For each scenario, the rounds of each contestant: done for each second of its processor time. */
    private static Map<Scenario, List<double[]>> measure(Plan plan, List<Contestant> contestants) throws IOException {
        Map<Scenario, List<double[]>> all = new EnumMap<>(Scenario.class);
        // The first round is not counted: what is compiled while a program runs is compiled in it.
        for (int round = 0; round <= plan.rounds; round++) {
            for (Scenario scenario : plan.scenarios) {
                double[] results = new double[contestants.size()];
                for (int i = 0; i < results.length; i++) {
                    results[i] = measure(scenario, contestants.get(i), plan.warm, plan.measured);
                }
                System.out.println((round == 0 ? "warming up " : "round " + round + " ") + scenario + " "
                        + Arrays.toString(results));
                if (round > 0) {
                    all.computeIfAbsent(scenario, key -> new ArrayList<>()).add(results);
                }
            }
        }
        return all;
    }

    private static double measure(Scenario scenario, Contestant contestant, Duration warm, Duration measured)
            throws IOException {
        try (LoadGenerator load = new LoadGenerator(contestant.port)) {
            LoadScenario running = scenario.create();
            running.begin(load);
            drive(running, load, warm);
            long done = running.done();
            double cpuSeconds = cpuSeconds(contestant.pid);
            drive(running, load, measured);
            return (running.done() - done) / (cpuSeconds(contestant.pid) - cpuSeconds);
        }
    }

    /** Keeps the broker busy for so long. */
    static void drive(LoadScenario scenario, LoadGenerator load, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            scenario.drive(load);
        }
    }

    /** Of all threads of a process, in user and kernel mode. */
    private static double cpuSeconds(long pid) throws IOException {
        String line = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[USER_TICKS + 1])) / TICKS_PER_SECOND;
    }

    /** The median of the rounds, as rows of a table in Markdown. */
    private static void print(List<Contestant> contestants, Map<Scenario, List<double[]>> all) {
        System.out.println("| for a second of the broker's processor time | fieldmouse | mosquitto | ratio |");
        System.out.println("| --- | --- | --- | --- |");
        for (Map.Entry<Scenario, List<double[]>> entry : all.entrySet()) {
            double ours = median(entry.getValue(), 0);
            double theirs = contestants.size() > 1 ? median(entry.getValue(), 1) : Double.NaN;
            System.out.println(String.format(
                    Locale.ROOT, "| %s | %,.0f | %,.0f | %.2f |", entry.getKey().words, ours, theirs, ours / theirs));
        }
    }

    private static double median(List<double[]> rounds, int contestant) {
        double[] sorted =
                rounds.stream().mapToDouble(round -> round[contestant]).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
