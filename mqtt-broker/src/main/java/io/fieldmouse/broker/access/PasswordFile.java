package io.fieldmouse.broker.access;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The users and what is known of their passwords, as a file says it: a line for each user, in mosquitto's format, which
 * it shares with mosquitto_passwd. Immutable.
 *
 * <pre>
 *   # a comment
 *   alice:$7$20000$salt$hash                                        {@link PasswordHash}
 *   press-7:SCRAM-SHA-256$15000:salt$StoredKey:ServerKey            {@link ScramVerifier}
 * </pre>
 */
public final class PasswordFile implements Credentials {
    private final Map<String, Credential> users;
    private final List<Credential> all;
    private final List<ScramVerifier> scramVerifiers;

    private PasswordFile(Map<String, Credential> users) {
        this.users = Map.copyOf(users);
        this.all = List.copyOf(users.values());
        this.scramVerifiers = all.stream()
                .filter(ScramVerifier.class::isInstance)
                .map(ScramVerifier.class::cast)
                .toList();
    }

    /** @throws AccessFileException when it cannot be read, or some of its lines are none: all are told, up to a bound */
    public static PasswordFile read(Path file) throws AccessFileException {
        return parse(file, AccessFile.lines(file, "make it with fieldmouse passwd " + file + " USER"));
    }

    /** @param file named in what is thrown */
    public static PasswordFile parse(Path file, List<String> lines) throws AccessFileException {
        Map<String, Credential> users = new HashMap<>();
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < lines.size() && faults.size() < AccessFile.FAULTS_MAX; i++) {
            try {
                take(file, i + 1, lines.get(i).stripTrailing(), users);
            } catch (AccessFileException e) {
                faults.addAll(e.faults());
            }
        }
        if (!faults.isEmpty()) {
            throw new AccessFileException(faults);
        }
        return new PasswordFile(users);
    }

    private static void take(Path file, int number, String line, Map<String, Credential> users)
            throws AccessFileException {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        String user = userOf(line);
        if (user == null) {
            throw new AccessFileException(
                    file, number, "no user:hash; write the line with fieldmouse passwd, or remove it");
        }
        Credential credential = credential(file, number, user, line.substring(user.length() + 1));
        if (users.put(user, credential) != null) {
            throw new AccessFileException(file, number, "user \"" + user + "\" has a line already; remove one of them");
        }
    }

    /** Whether there are no users. */
    public boolean isEmpty() {
        return users.isEmpty();
    }

    /** Whose line this is; null for one that is nobody's. */
    public static @Nullable String userOf(String line) {
        int colon = line.indexOf(':');
        return colon <= 0 || line.startsWith("#") ? null : line.substring(0, colon);
    }

    private static Credential credential(Path file, int line, String user, String text) throws AccessFileException {
        try {
            if (text.startsWith(PasswordHash.PREFIX)) {
                return PasswordHash.parse(text);
            }
            if (text.startsWith(ScramVerifier.PREFIX)) {
                return ScramVerifier.parse(text);
            }
            throw new IllegalArgumentException("neither $7$... nor SCRAM-SHA-256$...");
        } catch (IllegalArgumentException e) {
            throw new AccessFileException(
                    file,
                    line,
                    "user \"" + user + "\": " + e.getMessage() + "; set the password again with fieldmouse passwd");
        }
    }

    @Override
    public @Nullable Credential find(String userName) {
        return users.get(userName);
    }

    /** One of the credentials, the same for the same number; null when there are none. */
    @Nullable
    Credential some(int number) {
        return all.isEmpty() ? null : all.get(Math.floorMod(number, all.size()));
    }

    @Override
    public List<ScramVerifier> scramVerifiers() {
        return scramVerifiers;
    }
}
