package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LogOutputTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final CountDownLatch reads = new CountDownLatch(1);

    /** Takes nothing until it {@link #reads}. */
    private final LogOutput output = new LogOutput(new OutputStream() {
        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            try {
                reads.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            taken.write(bytes, from, count);
        }
    });

    private final PrintStream log = new PrintStream(output, true, StandardCharsets.UTF_8);

    private String read() throws InterruptedException {
        reads.countDown();
        assertTrue(output.awaitWritten(DEADLINE));
        return taken.toString(StandardCharsets.UTF_8);
    }

    @Test
    void linesAreWrittenInOrder() throws InterruptedException {
        log.println("one");
        log.println("two");
        assertEquals("one\ntwo\n", read());
    }

    @Test
    void whoWritesDoesNotWaitForWhoReads() throws InterruptedException {
        String line = "x".repeat(999);
        for (int i = 0; i < 3_000; i++) {
            log.println(line);
        }
        assertFalse(output.awaitWritten(Duration.ofMillis(1)));
        String some = read();
        assertTrue(some.length() <= 1024 * 1024, "held " + some.length());
        log.println("again");
        log.println("and again");
        String all = read();
        long lines = some.lines().count();
        assertEquals(
                some + "(lines of the log that nobody took, and that are lost: " + (3_000 - lines)
                        + ")\nagain\nand again\n",
                all);
    }
}
