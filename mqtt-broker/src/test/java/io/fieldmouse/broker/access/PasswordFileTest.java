package io.fieldmouse.broker.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordFileTest {
    private static final Path FILE = Path.of("passwords");

    /** Written by mosquitto_passwd 2.0.11. */
    private static final String ALICE = "alice:$7$101$5yeuRUaA0Zdlk8gf$"
            + "NoWOv50PWa+cerzqevpeY09RgvnjwkUo1noi6+TiX4cVAKtQaqk7w213DXxci05TGGxtecM+XStWjCbpsXz4qA==";

    private static final String BOB_WITHOUT_PASSWORD = "bob:$7$101$lGTyqvWeo/MYHg4+$"
            + "03wjavx5YqDwZv7ScwErBAHQf42+LPHp7UZSvRR5D2xKzyKA4FYaZtp/xHzr5kQH3ctZmgjxUWkRJCp2/S8CtA==";

    @Test
    void mosquittosLinesAreVerified() throws AccessFileException {
        PasswordFile file = PasswordFile.parse(FILE, List.of("# the plant", "", ALICE, BOB_WITHOUT_PASSWORD + "\r"));

        assertTrue(verifies(file, "alice", "secret"));
        assertFalse(verifies(file, "alice", "Secret"));
        assertFalse(verifies(file, "alice", ""));
        assertTrue(verifies(file, "bob", ""));
        assertFalse(verifies(file, "bob", "x"));
        assertNull(file.find("carol"));
    }

    @Test
    void whatIsWrittenIsReadAgain() throws AccessFileException {
        PasswordHash hash = PasswordHash.create("grüße", new SecureRandom());
        ScramVerifier scram = ScramVerifier.create("grüße", new SecureRandom());
        PasswordFile file = PasswordFile.parse(FILE, List.of("a:" + hash.format(), "b:" + scram.format()));

        assertTrue(verifies(file, "a", "grüße"));
        assertTrue(verifies(file, "b", "grüße"));
        assertFalse(verifies(file, "b", "gruesse"));
        assertInstanceOf(ScramVerifier.class, file.find("b"));
        assertEquals(hash.format(), Objects.requireNonNull(file.find("a")).format());
    }

    @Test
    void bytesThatAreNoTextAreNobodysPassword() {
        PasswordHash hash = PasswordHash.create("\uFFFD", new SecureRandom());

        assertTrue(hash.verifyPlain("\uFFFD".getBytes(StandardCharsets.UTF_8)));
        assertFalse(hash.verifyPlain(new byte[] {(byte) 0xC0}));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice",
                ":$7$101$5yeuRUaA0Zdlk8gf$AAAA",
                "alice:secret",
                "alice:$6$5yeuRUaA0Zdlk8gf$AAAA",
                "alice:$7$101$5yeuRUaA0Zdlk8gf",
                "alice:$7$0$5yeuRUaA0Zdlk8gf$" + "AAAA",
                "alice:$7$many$5yeuRUaA0Zdlk8gf$AAAA",
                "alice:$7$101$5yeuRUaA0Zdlk8gf$AAAA",
                "alice:$7$101$***$AAAA",
                "alice:$7$99999999$5yeuRUaA0Zdlk8gf$AAAA",
                "alice:SCRAM-SHA-256$4096:c2FsdA==$AAAA:AAAA",
                "alice:SCRAM-SHA-256$4096:c2FsdA==",
                "alice:SCRAM-SHA-256$100:c2FsdA==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                        + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
            })
    void aBadLineIsNamedAndSaysWhatToDo(String line) {
        AccessFileException refused = assertThrows(
                AccessFileException.class, () -> PasswordFile.parse(FILE, List.of("# users", ALICE, "c" + line)));

        String words = String.valueOf(refused.getMessage());
        assertTrue(words.startsWith("passwords:3: "), words);
        assertTrue(words.contains("fieldmouse passwd"), words);
    }

    @Test
    void aUserWithTwoLinesIsRefused() {
        AccessFileException refused =
                assertThrows(AccessFileException.class, () -> PasswordFile.parse(FILE, List.of(ALICE, ALICE)));

        assertTrue(String.valueOf(refused.getMessage()).startsWith("passwords:2: "), refused::getMessage);
    }

    @Test
    void allBadLinesAreNamedUpToABound() {
        AccessFileException three = assertThrows(
                AccessFileException.class,
                () -> PasswordFile.parse(FILE, List.of("bob", ALICE, "carol:secret", "", ALICE)));
        assertEquals(
                List.of("passwords:1: ", "passwords:3: ", "passwords:5: "),
                three.faults().stream().map(fault -> fault.substring(0, 13)).toList());
        AccessFileException many = assertThrows(
                AccessFileException.class, () -> PasswordFile.parse(FILE, Collections.nCopies(1_000, "no user")));
        assertEquals(20, many.faults().size());
    }

    @Test
    void aFileThatCannotBeReadIsNamed(@TempDir Path folder) throws Exception {
        Path missing = folder.resolve("none");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xFF});

        for (Path file : List.of(missing, binary, folder)) {
            AccessFileException refused =
                    assertThrows(AccessFileException.class, () -> PasswordFile.read(file), file::toString);
            String words = String.valueOf(refused.getMessage());
            assertTrue(words.startsWith(file + ": "), words);
            assertEquals(file.equals(missing), words.contains("make it with fieldmouse passwd " + file), words);
        }
    }

    private static boolean verifies(PasswordFile file, String user, String password) {
        Credential credential = file.find(user);
        assertNotNull(credential);
        return credential.verifyPlain(password.getBytes(StandardCharsets.UTF_8));
    }
}
