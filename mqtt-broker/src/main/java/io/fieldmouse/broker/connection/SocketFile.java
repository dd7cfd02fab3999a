package io.fieldmouse.broker.connection;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix domain socket. Its surprise: the system leaves it behind when its process is killed, and then
 * refuses to bind to it; so it is asked whether anybody listens, and removed if not.
 */
public final class SocketFile {
    private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);

    private final Path path;
    private final String permissions;
    private @Nullable Object key;

    private SocketFile(Path path, String permissions) {
        this.path = path;
        this.permissions = permissions;
    }

    /** The one of these terms, free to be bound; null when they are for TCP. */
    static @Nullable SocketFile of(ListenerTerms terms) throws IOException {
        if (!(terms.address() instanceof UnixDomainSocketAddress address)) {
            return null;
        }
        requireFree(address.getPath());
        Files.deleteIfExists(address.getPath());
        return new SocketFile(address.getPath(), terms.socketPermissions());
    }

    /**
     * Looks whether a socket can be bound there.
     *
     * @throws IOException when somebody listens at it, or it is a file of another kind, or its folder is not there
     */
    public static void requireFree(Path path) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + folder + "; make it, for the user of the broker to write to");
        }
        if (!Files.isWritable(folder)) {
            throw new IOException("user " + System.getProperty("user.name") + " may not make files in " + folder
                    + " (permission denied); change its owner or mode");
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!attributes(path).isOther()) {
            throw new IOException("there is a file that is no socket; remove it, or choose another path");
        }
        try (SocketChannel listens = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            throw new IOException(
                    "another process listens at " + listens.getRemoteAddress() + "; end it, or choose another path");
        } catch (ConnectException e) {
            // left behind by a process that was killed
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    Path path() {
        return path;
    }

    /** It is there now. Until here only its owner could connect, as the system makes it writable for nobody else. */
    void bound() throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        key = attributes(path).fileKey();
    }

    /** Unless it is another one's by now. */
    void remove() {
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && Objects.equals(attributes(path).fileKey(), key)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            LOG.warn("{} stays behind: {}", path, e.getMessage());
        }
    }
}
