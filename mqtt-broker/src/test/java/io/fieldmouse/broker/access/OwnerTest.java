package io.fieldmouse.broker.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.access.Owner.Proof;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerTest {
    private static final String ALICE = "alice:$7$101$5yeuRUaA0Zdlk8gf$"
            + "NoWOv50PWa+cerzqevpeY09RgvnjwkUo1noi6+TiX4cVAKtQaqk7w213DXxci05TGGxtecM+XStWjCbpsXz4qA==";

    private static final Owner NOBODY = Identity.anonymous("c").owner();

    private static Owner owner(String text) {
        return Objects.requireNonNull(Owner.of(text), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "password:alice", "vouched:press-7", "box", "password:nobody", "password:a:b"})
    void textIsReadBack(String text) {
        assertEquals(text, owner(text).text());
    }

    @Test
    void notWrittenDownIsNotNobody() {
        assertNull(Owner.of(null));
        assertEquals(NOBODY, Owner.of("nobody"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice", "password", "password:", "nobody:alice", "box:x", "Password:alice"})
    void whatIsNoOwnerIsNotWrittenDown(String text) {
        assertNull(Owner.of(text));
    }

    @Test
    void aNameIsOneUserHoweverItIsProven() {
        assertTrue(owner("password:alice").isSameUserAs(owner("vouched:alice")));
        assertFalse(owner("password:alice").isSameUserAs(owner("password:bob")));
        assertFalse(owner("password:alice").isSameUserAs(NOBODY));
        assertTrue(NOBODY.isSameUserAs(owner("nobody")));
        assertFalse(NOBODY.isSameUserAs(Owner.BOX));
    }

    @Test
    void aUserHasANameAndNobodyHasNone() {
        assertThrows(IllegalArgumentException.class, () -> new Owner(Proof.PASSWORD, ""));
        assertThrows(IllegalArgumentException.class, () -> new Owner(Proof.NOBODY, "alice"));
    }

    @ParameterizedTest
    @CsvSource({
        // owner, vouched names, nameless clients, could log in
        "password:alice, false, false, true",
        "password:bob, true, true, false",
        "vouched:bob, false, true, false",
        "vouched:bob, true, false, true",
        "vouched:alice, false, false, true",
        "nobody, true, false, false",
        "nobody, false, true, true",
        "box, false, false, true"
    })
    void anOwnerHoldsWhatItCouldComeBackFor(String text, boolean vouched, boolean nameless, boolean open)
            throws AccessFileException {
        PasswordFile passwords = PasswordFile.parse(Path.of("passwords"), List.of(ALICE));
        assertEquals(open, new WaysIn(passwords, vouched, nameless).areOpenTo(owner(text)));
    }
}
