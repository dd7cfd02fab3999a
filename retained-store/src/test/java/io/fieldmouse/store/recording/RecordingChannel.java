package io.fieldmouse.store.recording;

import io.fieldmouse.store.recording.FileEvent.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBase;

/** One open file. */
final class RecordingChannel extends FileBase {
    private final FileChannel file;
    private final String name;
    private final FileRecording recording;

    RecordingChannel(FileChannel file, String name, FileRecording recording) {
        this.file = file;
        this.name = name;
        this.recording = recording;
    }

    private FileEvent announce(Kind kind, long position, long length) throws IOException {
        FileEvent event = new FileEvent(kind, name, position, length);
        recording.announce(event);
        return event;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        FileEvent event = announce(Kind.WRITE, file.position(), source.remaining());
        int written = file.write(source);
        recording.record(event);
        return written;
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
        FileEvent event = announce(Kind.WRITE, position, source.remaining());
        int written = file.write(source, position);
        recording.record(event);
        return written;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        FileEvent event = announce(Kind.FORCE, 0, 0);
        file.force(metaData);
        recording.record(event);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        FileEvent event = announce(Kind.TRUNCATE, size, 0);
        file.truncate(size);
        recording.record(event);
        return this;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return file.read(target);
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        file.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }
}
