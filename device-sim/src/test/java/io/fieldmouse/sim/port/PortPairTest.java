package io.fieldmouse.sim.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PortPairTest {

    @Test
    void whatIsWrittenAtOneEndIsReadAtTheOther() throws IOException {
        try (PortPair pair = PortPair.open()) {
            assertCarried(pair.left(), pair.right(), "to the right");
            assertCarried(pair.right(), pair.left(), "and back");
        }
    }

    private static void assertCarried(Path from, Path to, String words) throws IOException {
        byte[] sent = words.getBytes(StandardCharsets.US_ASCII);
        try (FileInputStream in = new FileInputStream(to.toFile());
                FileOutputStream out = new FileOutputStream(from.toFile())) {
            out.write(sent);
            byte[] received = new byte[sent.length];
            new DataInputStream(in).readFully(received);
            assertArrayEquals(sent, received);
        }
    }

    @Test
    void closingRemovesBothPorts() throws IOException {
        PortPair pair = PortPair.open();
        pair.close();
        assertFalse(Files.exists(pair.left()));
        assertFalse(Files.exists(pair.right()));
    }
}
