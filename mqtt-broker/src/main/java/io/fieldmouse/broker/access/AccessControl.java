package io.fieldmouse.broker.access;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The password file and the file of access rules as they are now. Everyone who has to judge asks here, so that a reload
 * is one assignment.
 */
public final class AccessControl implements Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(AccessControl.class);

    /** What is said of a password file without a user, behind its name. */
    public static final String NO_USERS =
            "holds no user, so that nobody can log in with a password; add one with fieldmouse passwd";

    private final List<WatchedFile> files = new ArrayList<>();
    private final AtomicLong clients = new AtomicLong();
    private volatile @Nullable PasswordFile passwords;
    private volatile @Nullable AccessRules rules;

    private AccessControl() {}

    /**
     * Reads the files there are.
     *
     * @param passwordFile null for none: then nobody has a name, but by a certificate
     * @param aclFile null for none: then everyone may do everything
     * @throws AccessFileException when one of them cannot be used
     */
    public static AccessControl open(@Nullable Path passwordFile, @Nullable Path aclFile) throws AccessFileException {
        AccessControl control = new AccessControl();
        if (passwordFile != null) {
            control.files.add(new WatchedFile(passwordFile, control::readPasswords));
        }
        if (aclFile != null) {
            control.files.add(new WatchedFile(aclFile, control::readRules));
        }
        for (WatchedFile file : control.files) {
            file.read();
        }
        return control;
    }

    /**
     * Looks at a file of rules before anything starts.
     *
     * @throws AccessFileException when it cannot be used
     */
    public static AclSummary summaryOf(Path aclFile) throws AccessFileException {
        AccessRules read = AclFile.read(aclFile);
        return new AclSummary(read.users(), read.warnings());
    }

    private void readPasswords(Path path) throws AccessFileException {
        PasswordFile read = PasswordFile.read(path);
        if (read.isEmpty()) {
            LOG.warn("{}: {}", path, NO_USERS);
        }
        passwords = read;
        AccessFile.warnIfReadByAll(path);
    }

    private void readRules(Path path) throws AccessFileException {
        AccessRules read = AclFile.read(path);
        read.warnings().forEach(LOG::warn);
        rules = read;
    }

    List<WatchedFile> files() {
        return files;
    }

    /** Whether clients can prove a name by a password. */
    public boolean hasPasswords() {
        return passwords != null;
    }

    @Override
    public @Nullable Credential find(String userName) {
        PasswordFile now = passwords;
        return now == null ? null : now.find(userName);
    }

    @Override
    public List<ScramVerifier> scramVerifiers() {
        PasswordFile now = passwords;
        return now == null ? List.of() : now.scramVerifiers();
    }

    /** One of the users' credentials, the same for the same number; null when there are no users. */
    @Nullable
    Credential some(int number) {
        PasswordFile now = passwords;
        return now == null ? null : now.some(number);
    }

    /** Whether what the client has shown is still what the password file says. */
    boolean isCurrent(Identity identity) {
        Credential shown = identity.shown();
        String userName = identity.userName();
        if (shown == null || userName == null) {
            return true;
        }
        Credential now = find(userName);
        return now == shown || (now != null && now.format().equals(shown.format()));
    }

    /** What this client may do from now on, until it leaves. */
    public ClientAccess accessOf(Identity identity) {
        return new ClientAccess(this, identity, clients.incrementAndGet());
    }

    /** What the owner of a session may do with this client id until it is back; null for everything. */
    public @Nullable ClientAccess accessOf(@Nullable Owner owner, String clientId) {
        return owner == null || owner.equals(Owner.BOX) ? null : accessOf(new Identity(owner, clientId, null));
    }

    /** The rules of now; null when there are none. */
    @Nullable
    AccessRules rules() {
        return rules;
    }
}
