package io.fieldmouse.edge.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A client that does nothing but ping, once a millisecond, and notes how long each answer took. */
final class Pings implements AutoCloseable {
    private static final byte[] CONNECT = {0x10, 17, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 5, 'p', 'i', 'n', 'g', 's'
    };
    private static final byte[] PINGREQ = {(byte) 0xC0, 0};
    private static final int CONNACK_BYTES = 4;
    private static final int PINGRESP_BYTES = 2;
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int NOTED_MAX = 1 << 22;

    private final Socket socket;
    private final CompletableFuture<Waits> waits;
    private volatile boolean stopping;

    /** @param sorted nanoseconds */
    @SuppressWarnings("ArrayRecordComponent")
    record Waits(long[] sorted) {

        /** This share of the pings was answered within it. */
        double millis(double share) {
            return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1] / 1e6;
        }
    }

    private Pings(Socket socket) {
        this.socket = socket;
        this.waits = CompletableFuture.supplyAsync(this::run, task -> {
            Thread thread = new Thread(task, "pings");
            thread.setDaemon(true);
            thread.start();
        });
    }

    static Pings start(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.getOutputStream().write(CONNECT);
        socket.getInputStream().readNBytes(CONNACK_BYTES);
        return new Pings(socket);
    }

    private Waits run() {
        long[] noted = new long[NOTED_MAX];
        int count = 0;
        try {
            while (!stopping && count < NOTED_MAX) {
                long sent = System.nanoTime();
                socket.getOutputStream().write(PINGREQ);
                if (socket.getInputStream().readNBytes(PINGRESP_BYTES).length < PINGRESP_BYTES) {
                    throw new IOException("the broker has closed the connection");
                }
                noted[count++] = System.nanoTime() - sent;
                LockSupport.parkNanos(sent + TimeUnit.MILLISECONDS.toNanos(1) - System.nanoTime());
            }
        } catch (IOException e) {
            throw new IllegalStateException("pings were not answered: " + e.getMessage(), e);
        }
        long[] sorted = Arrays.copyOf(noted, count);
        Arrays.sort(sorted);
        return new Waits(sorted);
    }

    /** Ends it, and tells what it noted. */
    Waits stop() {
        stopping = true;
        return waits.join();
    }

    @Override
    public void close() throws IOException {
        stopping = true;
        socket.close();
    }
}
