package io.fieldmouse.store.recording;

import io.fieldmouse.store.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/** A directory whose files are recorded, whether the store opens them or H2. */
record RecordingDisk(Disk disk, Path directory, FileRecording recording) implements Disk {

    @Override
    public List<String> names() throws IOException {
        return disk.names();
    }

    @Override
    public FileChannel open(String name) throws IOException {
        return new RecordingChannel(
                disk.open(name), directory.toAbsolutePath().resolve(name).toString(), recording);
    }

    @Override
    public void rename(String name, String target) throws IOException {
        disk.rename(name, target);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public void forceNames() throws IOException {
        disk.forceNames();
    }

    @Override
    public long usableBytes() throws IOException {
        return disk.usableBytes();
    }

    @Override
    public String h2Path(String name) {
        return recording.fileSystem() + directory.toAbsolutePath().resolve(name);
    }
}
