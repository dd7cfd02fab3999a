package io.fieldmouse.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * A store in a process of its own, which a test may kill. Commits numbers in order and prints each once it was told
 * that it is durable; a number {@code n} is a retained message in two topics, and a queued message of which the
 * {@value #QUEUE} latest are not settled.
 */
final class StoreProcess {
    static final String CLIENT = "counter";
    static final int QUEUE = 20;

    /** So that groups are made of several commits, and the process does not run ahead of the disk. */
    private static final int IN_FLIGHT = 64;

    private static final String OPEN = "open";
    private static final String COUNT = "count";

    private StoreProcess() {}

    /** Starts a process that counts on from {@code last} and says it into the file {@code said}. */
    static Process count(Path directory, Durability durability, long last, Path said) throws IOException {
        return builder(COUNT, directory.toString(), durability.name(), String.valueOf(last))
                .redirectOutput(said.toFile())
                .start();
    }

    /** Opens and closes the store in another process and returns "opened" or the exception. */
    static String openAndReport(Path directory) throws IOException, InterruptedException {
        Process process = builder(OPEN, directory.toString()).start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            process.waitFor();
            return line == null ? "nothing, and ended with " + process.exitValue() : line;
        }
    }

    private static ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                StoreProcess.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    }

    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path directory = Path.of(arguments[1]);
        if (arguments[0].equals(OPEN)) {
            try (MessageStore store =
                    MessageStore.open(new StoreConfig(directory, Durability.FORCE), new Positions())) {
                out.println(store.pendingBytes() == 0 ? "opened" : "opened with something pending");
            } catch (StoreException e) {
                out.println(e);
            }
            return;
        }
        run(new StoreConfig(directory, Durability.valueOf(arguments[2])), Long.parseLong(arguments[3]), out);
    }

    private static void run(StoreConfig config, long last, PrintStream out) throws InterruptedException {
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        // Position p is the p-th commit, and the commits here are the numbers after the last one.
        CommitListener listener = new CommitListener() {
            private long told;

            @Override
            public void durableUpTo(long position) {
                out.println(last + position);
                inFlight.release((int) (position - told));
                told = position;
            }

            @Override
            public void failing(StoreException cause) {
                out.println(cause);
            }

            @Override
            public void recovered() {}
        };
        MessageStore store = MessageStore.open(config, listener);
        for (long n = last + 1; ; n++) {
            inFlight.acquire();
            store.commit(changes(n));
        }
    }

    static List<StoreChange> changes(long n) {
        String text = String.valueOf(n);
        List<StoreChange> changes = new ArrayList<>();
        if (n == 1) {
            changes.add(Changes.opened(CLIENT));
        }
        changes.add(Changes.retained("first", text));
        changes.add(Changes.queued(n, text, CLIENT));
        if (n > QUEUE) {
            changes.add(Changes.settled(CLIENT, n - QUEUE));
        }
        changes.add(Changes.retained("second", text));
        return changes;
    }
}
