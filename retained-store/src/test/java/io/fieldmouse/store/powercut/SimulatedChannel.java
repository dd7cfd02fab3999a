package io.fieldmouse.store.powercut;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import org.h2.store.fs.FileBaseDefault;

/** One open file. It goes on being the same file when its name is given to another or deleted. */
final class SimulatedChannel extends FileBaseDefault {
    private final SimulatedDisk disk;
    private final SimulatedFile file;
    private final boolean writable;

    SimulatedChannel(SimulatedDisk disk, SimulatedFile file, boolean writable) {
        this.disk = disk;
        this.file = file;
        this.writable = writable;
    }

    /** There is one program on this machine, so nobody else can have it. */
    private static final class Lock extends FileLock {
        private boolean valid = true;

        Lock(FileChannel channel, long position, long size, boolean shared) {
            super(channel, position, size, shared);
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public void release() {
            valid = false;
        }
    }

    private void requireOpen() throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void requireWritable() throws IOException {
        requireOpen();
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
        requireOpen();
        return disk.read(file, target, position);
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
        requireWritable();
        byte[] bytes = new byte[source.remaining()];
        source.duplicate().get(bytes);
        disk.write(file, bytes, position);
        source.position(source.limit());
        return bytes.length;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long written = 0;
        for (int i = offset; i < offset + length; i++) {
            written += write(sources[i]);
        }
        return written;
    }

    @Override
    protected void implTruncate(long size) throws IOException {
        requireWritable();
        disk.truncate(file, size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
        requireOpen();
        disk.force(file);
    }

    @Override
    public long size() throws IOException {
        requireOpen();
        return disk.size(file);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        return new Lock(this, position, size, shared);
    }
}
