package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Publish;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that cannot have its port says so, and leaves everything as it was. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class StartTest {
    @TempDir
    Path directory;

    private TestBroker running;

    @BeforeEach
    void takeAPort() {
        running = TestBroker.start(directory.resolve("running"), 1);
    }

    @AfterEach
    void stop() {
        running.close();
    }

    private void failToStartIn(Path data) {
        BrokerConfig config = TestBroker.config(data, 1).with("port", Integer.toString(running.port()));
        BrokerStartException refusal = assertThrows(
                BrokerStartException.class, () -> Broker.start(config).close());
        String words = String.valueOf(refusal.getMessage());
        assertTrue(words.contains("127.0.0.1:" + running.port()), words);
    }

    private static Map<Path, FileTime> files(Path data) throws IOException {
        Map<Path, FileTime> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(data)) {
            for (Path file : all.toList()) {
                files.put(file, Files.getLastModifiedTime(file));
            }
        }
        return files;
    }

    @Test
    void withoutAPortNoStoreIsMade() {
        Path data = directory.resolve("data");
        failToStartIn(data);
        assertFalse(Files.exists(data));
    }

    @Test
    void withoutAPortAStoreIsNotTouched() throws IOException {
        Path data = directory.resolve("data");
        try (TestBroker before = TestBroker.start(data, 1)) {
            before.client(4, "p").publish(Publish.of("t", "x").retain().qos(1, 1));
        }
        Map<Path, FileTime> files = files(data);
        failToStartIn(data);
        assertEquals(files, files(data));
    }
}
