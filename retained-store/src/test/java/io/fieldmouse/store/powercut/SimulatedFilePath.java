package io.fieldmouse.store.powercut;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.List;
import org.h2.message.DbException;
import org.h2.store.fs.FilePath;

/** How H2 finds the files of one disk: a file system with a name of its own and one folder, its root. */
final class SimulatedFilePath extends FilePath {
    private final SimulatedDisk disk;
    private final String scheme;

    SimulatedFilePath(SimulatedDisk disk, String scheme, String path) {
        this.disk = disk;
        this.scheme = scheme;
        this.name = path;
    }

    /** What H2 calls the root. */
    static String root(String scheme) {
        return scheme + ":/";
    }

    private SimulatedFilePath root() {
        return getPath(root(scheme));
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    private static <T> T answer(Question<T> question) {
        try {
            return question.ask();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String getScheme() {
        return scheme;
    }

    @Override
    public SimulatedFilePath getPath(String path) {
        return new SimulatedFilePath(disk, scheme, path);
    }

    @Override
    public SimulatedFilePath toRealPath() {
        return this;
    }

    @Override
    @SuppressWarnings("NullAway") // H2 expects null for the parent of a root
    public SimulatedFilePath getParent() {
        return isDirectory() ? null : root();
    }

    @Override
    public boolean isDirectory() {
        return name.equals(root(scheme));
    }

    @Override
    public boolean isRegularFile() {
        return !isDirectory() && exists();
    }

    @Override
    public boolean exists() {
        return isDirectory() || answer(() -> disk.names().contains(getName()));
    }

    @Override
    public boolean isAbsolute() {
        return true;
    }

    @Override
    public boolean canWrite() {
        return true;
    }

    @Override
    public boolean setReadOnly() {
        return false;
    }

    @Override
    public long size() {
        return answer(() -> disk.size(getName()));
    }

    @Override
    public long lastModified() {
        return 0;
    }

    @Override
    public boolean createFile() {
        return answer(() -> disk.make(getName()));
    }

    @Override
    public void createDirectory() {
        throw DbException.getUnsupportedException("a folder on a simulated disk: " + name);
    }

    @Override
    public void delete() {
        answer(() -> {
            disk.delete(getName());
            return true;
        });
    }

    @Override
    public void moveTo(FilePath target, boolean atomicReplace) {
        answer(() -> {
            disk.rename(getName(), target.getName());
            return true;
        });
    }

    @Override
    public List<FilePath> newDirectoryStream() {
        return answer(disk::names).stream()
                .<FilePath>map(file -> getPath(root(scheme) + file))
                .toList();
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return disk.open(getName(), !mode.equals("r"));
    }
}
