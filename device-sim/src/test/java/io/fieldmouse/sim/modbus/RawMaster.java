package io.fieldmouse.sim.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A master that knows nothing: it writes and reads the very bytes a test says. */
final class RawMaster implements Closeable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final FileOutputStream out;
    private final FileInputStream in;

    RawMaster(Path port) throws IOException {
        out = new FileOutputStream(port.toFile());
        in = new FileInputStream(port.toFile());
    }

    void send(String hex) throws IOException {
        out.write(bytes(hex));
    }

    void send(byte[] from, int offset, int length) throws IOException {
        out.write(from, offset, length);
    }

    /** How many bytes can be read without waiting. */
    int available() throws IOException {
        return in.available();
    }

    /** The next bytes, as many as the expected reply has. */
    String receive(int length) throws IOException {
        await("a reply of " + length + " bytes", () -> {
            try {
                return in.available() >= length;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        byte[] reply = new byte[length];
        // Not readNBytes: it asks a file stream for its position, which a terminal has not.
        new DataInputStream(in).readFully(reply);
        return HexFormat.ofDelimiter(" ").formatHex(reply);
    }

    void expect(String reply) throws IOException {
        assertEquals(reply, receive(bytes(reply).length));
        assertEquals(0, in.available(), "bytes after the reply");
    }

    void exchange(String request, String reply) throws IOException {
        send(request);
        expect(reply);
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    static void await(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - begin < PATIENCE_NANOS, "waited in vain for " + what);
            LockSupport.parkNanos(200_000);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
        in.close();
    }
}
