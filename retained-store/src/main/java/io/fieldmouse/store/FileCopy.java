package io.fieldmouse.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Copies a file as it is: evidence, or something that is only to be looked at. */
final class FileCopy {
    private static final int PIECE_BYTES = 64 << 10;

    private FileCopy() {}

    /** Forced, with its name, when it returns. A copy that fails leaves nothing. */
    static void of(Disk disk, String name, Disk to, String target) throws IOException {
        boolean done = false;
        try (FileChannel from = disk.open(name);
                FileChannel copy = to.open(target)) {
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            for (long position = 0; from.read(piece, position) > 0; ) {
                piece.flip();
                while (piece.hasRemaining()) {
                    position += copy.write(piece, position);
                }
                piece.clear();
            }
            copy.force(true);
            done = true;
        } finally {
            if (!done) {
                to.delete(target);
            }
        }
        to.forceNames();
    }
}
