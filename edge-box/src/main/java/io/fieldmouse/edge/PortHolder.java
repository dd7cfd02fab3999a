package io.fieldmouse.edge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds out who listens at a TCP address, from what the Linux kernel shows under {@code /proc}. Processes of other users are
 * only known by their user, unless this one is root's. On other systems nobody is ever found.
 */
final class PortHolder {

    private static final String LISTENING = "0A";
    private static final int WORD_DIGITS = 8;

    /** A line of {@code /proc/net/tcp}: {@code sl local_address rem_address st queues timer retrnsmt uid timeout inode}. */
    private record Listener(String userId, String inode) {}

    private PortHolder() {}

    /** Such as {@code mosquitto (pid 812)} or {@code a process of user mosquitto}. */
    static Optional<String> find(InetSocketAddress address) {
        return listener(Path.of("/proc/net/tcp"), address)
                .or(() -> listener(Path.of("/proc/net/tcp6"), address))
                .flatMap(listener -> process(listener).or(() -> user(listener)));
    }

    private static Optional<Listener> listener(Path table, InetSocketAddress wanted) {
        for (String line : lines(table)) {
            List<String> columns = List.of(line.trim().split("\\s+"));
            if (columns.size() > 9 && columns.get(3).equals(LISTENING) && standsInTheWay(columns.get(1), wanted)) {
                return Optional.of(new Listener(columns.get(7), columns.get(9)));
            }
        }
        return Optional.empty();
    }

    /**
     * Whether who listens here keeps others from the wanted address: at the same, or one of the two at all.
     *
     * @param local such as {@code 0100007F:075B}: words of 32 bits in this machine's order, then the port in plain order
     */
    private static boolean standsInTheWay(String local, InetSocketAddress wanted) {
        int colon = local.indexOf(':');
        if (colon < 0 || Integer.parseInt(local.substring(colon + 1), 16) != wanted.getPort()) {
            return false;
        }
        ByteBuffer bytes = ByteBuffer.allocate(colon / 2).order(ByteOrder.nativeOrder());
        for (int i = 0; i < colon; i += WORD_DIGITS) {
            bytes.putInt(Integer.parseUnsignedInt(local.substring(i, i + WORD_DIGITS), 16));
        }
        try {
            // Of an IPv4 address in the clothes of IPv6 this makes the IPv4 address.
            InetAddress listening = InetAddress.getByAddress(bytes.array());
            return listening.isAnyLocalAddress()
                    || wanted.getAddress().isAnyLocalAddress()
                    || listening.equals(wanted.getAddress());
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Optional<String> process(Listener listener) {
        String socket = "socket:[" + listener.inode() + "]";
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, socket)) {
                    String name = String.join("", lines(process.resolve("comm")));
                    return Optional.of(name + " (pid " + process.getFileName() + ")");
                }
            }
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean holds(Path process, String socket) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.readSymbolicLink(descriptor).toString().equals(socket)) {
                    return true;
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // Another user's process, or one that has just ended: not ours to look into.
            return false;
        }
        return false;
    }

    private static Optional<String> user(Listener listener) {
        return lines(Path.of("/etc/passwd")).stream()
                .map(line -> List.of(line.split(":", -1)))
                .filter(columns -> columns.size() > 2 && columns.get(2).equals(listener.userId()))
                .map(columns -> "a process of user " + columns.get(0))
                .findFirst();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return List.of();
        }
    }
}
