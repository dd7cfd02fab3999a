package io.fieldmouse.edge;

import io.fieldmouse.broker.access.PasswordFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a password file, of which one is to be changed and all others kept as they are: comments too, and what
 * nobody understands. Saved whole or not at all, so that a broker that looks meanwhile sees the old file or the new one.
 */
final class PasswordLines {
    private final Path file;
    private final @Nullable PosixFileAttributes before;
    private final List<String> lines;

    private PasswordLines(Path file, @Nullable PosixFileAttributes before, List<String> lines) {
        this.file = file;
        this.before = before;
        this.lines = lines;
    }

    /** Reads the file; one that is not there yet has no lines. */
    static PasswordLines of(Path named) throws IOException, CommandFailure {
        try {
            Path file = named.toRealPath(); // a link goes on leading to it
            List<String> lines = new ArrayList<>(Files.readAllLines(file));
            return new PasswordLines(file, Files.readAttributes(file, PosixFileAttributes.class), lines);
        } catch (NoSuchFileException e) {
            return new PasswordLines(named.toAbsolutePath(), null, new ArrayList<>());
        } catch (CharacterCodingException e) {
            throw new CommandFailure(named + ": is not text in UTF-8; nothing was changed");
        }
    }

    /** Puts the line in the place of the user's first one, or at the end. */
    void put(String user, String line) {
        for (int i = 0; i < lines.size(); i++) {
            if (user.equals(PasswordFile.userOf(lines.get(i)))) {
                lines.subList(i + 1, lines.size()).removeIf(other -> user.equals(PasswordFile.userOf(other)));
                lines.set(i, line);
                return;
            }
        }
        lines.add(line);
    }

    /** Returns whether there was a line of this user. */
    boolean remove(String user) {
        return lines.removeIf(line -> user.equals(PasswordFile.userOf(line)));
    }

    /** Writes another file, forces it to disk, and puts it in the place of the old one. */
    void save() throws IOException, CommandFailure {
        String text = lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
        WholeFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)), this::keepOwnerAndMode);
    }

    /** Of a file that another user or group reads, such as the broker's. */
    private void keepOwnerAndMode(Path fresh) throws IOException, CommandFailure {
        if (before == null) {
            return;
        }
        PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
        PosixFileAttributes now = view.readAttributes();
        try {
            if (!now.group().equals(before.group())) {
                view.setGroup(before.group());
            }
            if (!now.owner().equals(before.owner())) {
                view.setOwner(before.owner());
            }
        } catch (IOException e) {
            throw new CommandFailure(file + ": belongs to " + before.owner().getName() + ", group "
                    + before.group().getName() + "; change it as that user, or as root");
        }
        view.setPermissions(before.permissions());
    }
}
