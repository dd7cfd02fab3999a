package io.fieldmouse.store.recording;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Objects;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.jspecify.annotations.Nullable;

/** A path of a recorded file system. Public, with an empty constructor, because H2 makes its copies by reflection. */
public final class RecordingFilePath extends FilePathWrapper {
    private @Nullable String scheme;
    private @Nullable FileRecording recording;

    /** For H2 only. */
    public RecordingFilePath() {}

    RecordingFilePath(String scheme, FileRecording recording) {
        this.scheme = scheme;
        this.recording = recording;
    }

    private FilePathWrapper adopt(FilePathWrapper copy) {
        RecordingFilePath path = (RecordingFilePath) copy;
        path.scheme = scheme;
        path.recording = recording;
        return path;
    }

    @Override
    public FilePathWrapper getPath(String path) {
        return adopt(super.getPath(path));
    }

    @Override
    @SuppressWarnings("NullAway") // H2 hands in and expects null for the parent of a root
    public FilePathWrapper wrap(FilePath base) {
        return base == null ? null : adopt(super.wrap(base));
    }

    @Override
    public String getScheme() {
        return Objects.requireNonNull(scheme);
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return new RecordingChannel(super.open(mode), name, Objects.requireNonNull(recording));
    }
}
