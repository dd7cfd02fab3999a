package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a command ends that runs until it is asked to: by a signal, and by what goes wrong in it. In processes of its own. */
final class StopTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /** Lives the life of the name that is its argument. */
    static final class Main {
        private static final int TOO_MANY_BYTES = 16 << 20;

        private static final List<ByteBuffer> held = new ArrayList<>();

        private Main() {}

        public static void main(String[] arguments) throws Exception {
            System.exit(
                    arguments[0].equals("client")
                            ? Stop.frame(stop -> live(stop, "error"))
                            : Stop.service(stop -> live(stop, arguments[0])));
        }

        private static int live(Stop stop, String name) throws Exception {
            switch (name) {
                case "direct-memory" -> onAThread(() -> held.add(ByteBuffer.allocateDirect(TOO_MANY_BYTES)));
                case "no-thread" ->
                    onAThread(() -> {
                        throw new OutOfMemoryError("unable to create native thread");
                    });
                case "error" ->
                    onAThread(() -> {
                        throw new StackOverflowError("endless");
                    });
                case "exception" ->
                    onAThread(() -> {
                        throw new IllegalStateException("odd");
                    });
                case "error-on-main" -> throw new StackOverflowError("endless");
                default -> {}
            }
            System.out.println("alive");
            stop.await();
            switch (name) {
                case "close-io" -> throw new IOException("the disk is gone");
                case "close-file" -> throw new AccessDeniedException("/run/x");
                case "close-fault" -> throw new IllegalStateException("odd");
                default -> {}
            }
            return ExitCode.DONE;
        }

        private static void onAThread(Runnable task) throws InterruptedException {
            Thread thread = new Thread(task, "worker");
            thread.start();
            thread.join();
        }
    }

    private record Ended(int code, String err) {}

    private Ended live(String name, boolean asked) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:MaxDirectMemorySize=1m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        name)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (asked && !Files.readString(out).contains("alive")) {
                boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
                assertTrue(!ended && System.nanoTime() < deadline, () -> "never alive: " + read(err));
            }
            if (asked) {
                process.destroy();
            }
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "still running: " + read(err));
            return new Ended(process.exitValue(), read(err));
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "direct-memory, 3, worker, java.lang.OutOfMemoryError: Cannot reserve",
        "no-thread, 3, worker, java.lang.OutOfMemoryError: unable to create native thread",
        "error, 70, worker, java.lang.StackOverflowError: endless",
        "error-on-main, 70, main, java.lang.StackOverflowError: endless"
    })
    void errorThatEndsAThreadIsLoggedAndEndsTheProcess(String name, int code, String thread, String words)
            throws Exception {
        Ended ended = live(name, false);
        assertEquals(code, ended.code(), ended.err());
        String line = "ERROR LastResort - thread ended, the process ends too thread=" + thread + " exitCode=" + code;
        assertTrue(ended.err().contains(line), ended.err());
        assertTrue(ended.err().contains(words), ended.err());
    }

    @ParameterizedTest
    @CsvSource({
        "close-io, fieldmouse: ending: the disk is gone",
        "close-file, fieldmouse: ending: /run/x: permission denied",
        "close-fault, fieldmouse: ending: java.lang.IllegalStateException: odd"
    })
    void whatFailsAfterASignalIsTold(String name, String words) throws Exception {
        Ended ended = live(name, true);
        assertEquals(ExitCode.FAILED, ended.code(), ended.err());
        assertTrue(ended.err().startsWith(words + "\n"), ended.err());
    }

    @Test
    void exceptionThatEndsAThreadIsLoggedAndTheProcessLivesOn() throws Exception {
        Ended ended = live("exception", true);
        assertEquals(ExitCode.DONE, ended.code(), ended.err());
        assertTrue(
                ended.err().contains("thread ended by a fault of the program, the others go on thread=worker"),
                ended.err());
        assertTrue(ended.err().contains("java.lang.IllegalStateException: odd"), ended.err());
    }

    @Test
    void errorOnAThreadOfAClientDoesNotDecideItsExitCode() throws Exception {
        Ended ended = live("client", true);
        assertEquals(ExitCode.DONE, ended.code(), ended.err());
    }
}
