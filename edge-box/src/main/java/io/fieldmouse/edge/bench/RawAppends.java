package io.fieldmouse.edge.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** What the disk itself can do: 4 KiB at the end of a growing file, forced, one after the other. */
final class RawAppends implements AutoCloseable {
    private static final int BLOCK_BYTES = 4096;

    private final FileChannel file;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);

    RawAppends(Path directory) throws IOException {
        file = FileChannel.open(
                directory.resolve("raw"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** Appends in a second. */
    double rate(Duration time) throws IOException {
        long begun = System.nanoTime();
        long end = begun + time.toNanos();
        long count = 0;
        long now = begun;
        while (now < end) {
            block.clear().putLong(count);
            file.write(block.rewind(), file.size());
            file.force(false);
            count++;
            now = System.nanoTime();
        }
        return count * 1e9 / (now - begun);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
