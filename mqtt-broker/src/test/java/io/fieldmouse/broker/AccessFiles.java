package io.fieldmouse.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A password file and one of access rules beside the store, as an administrator writes them. */
final class AccessFiles {
    /** Users alice and bob with the password "secret", as mosquitto_passwd 2.0.11 writes them. */
    static final String ALICE = "alice:$7$101$5yeuRUaA0Zdlk8gf$"
            + "NoWOv50PWa+cerzqevpeY09RgvnjwkUo1noi6+TiX4cVAKtQaqk7w213DXxci05TGGxtecM+XStWjCbpsXz4qA==";

    static final String BOB = ALICE.replaceFirst("alice", "bob");

    private final Path passwords;
    private final Path acl;

    AccessFiles(Path directory) {
        passwords = directory.resolve("passwords");
        acl = directory.resolve("acl");
    }

    AccessFiles users(String... lines) {
        return replace(passwords, lines);
    }

    AccessFiles rules(String... lines) {
        return replace(acl, lines);
    }

    /** Whole at once, as editors do it. */
    private AccessFiles replace(Path file, String... lines) {
        try {
            Path fresh = Files.write(file.resolveSibling(file.getFileName() + ".new"), List.of(lines));
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String passwords() {
        return passwords.toString();
    }

    String acl() {
        return acl.toString();
    }
}
