package io.fieldmouse.broker.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.access.AuthenticationMethod.Accepted;
import io.fieldmouse.broker.access.AuthenticationMethod.Continue;
import io.fieldmouse.broker.access.AuthenticationMethod.Exchange;
import io.fieldmouse.broker.access.AuthenticationMethod.Refused;
import io.fieldmouse.broker.access.AuthenticationMethod.Step;
import io.fieldmouse.broker.wire.ScramClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's side of SCRAM-SHA-256, message by message. */
class ScramSha256Test {
    private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    private static final byte[] OTHER_SALT = "eight by".getBytes(StandardCharsets.US_ASCII);

    /** The exchange of RFC 7677 section 3. */
    private static final String FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";

    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO" + SERVER_NONCE;
    private static final String PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private static final String LAST = "c=biws,r=" + NONCE + ",p=" + PROOF;

    private final PasswordFile users = users(
            "user:" + ScramVerifier.create("pencil", SALT, 4096).format(),
            "a,b=c:" + ScramVerifier.create("pencil", SALT, 4096).format(),
            "slow:" + ScramVerifier.create("pencil", OTHER_SALT, 5000).format(),
            "plain:" + PasswordHash.create("pencil", new SecureRandom()).format());

    private final ScramSha256 scram = new ScramSha256(users, new SecureRandom(), () -> SERVER_NONCE);

    private static PasswordFile users(String... lines) {
        try {
            return PasswordFile.parse(Path.of("users"), List.of(lines));
        } catch (AccessFileException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String continued(Exchange exchange, String message) {
        Continue more = assertInstanceOf(Continue.class, exchange.next(bytes(message)));
        return new String(more.data(), StandardCharsets.UTF_8);
    }

    private static String refused(Exchange exchange, String message) {
        return assertInstanceOf(Refused.class, exchange.next(bytes(message))).why();
    }

    @Test
    void exampleOfTheRfcIsFollowedToTheLetter() {
        Exchange exchange = scram.begin();
        assertEquals("r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", continued(exchange, FIRST));
        Accepted accepted = assertInstanceOf(Accepted.class, exchange.next(bytes(LAST)));
        assertEquals("user", accepted.userName());
        assertEquals(
                "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", new String(accepted.data(), StandardCharsets.UTF_8));
    }

    @Test
    void clientThatSaysNothingIsAsked() {
        Exchange exchange = scram.begin();
        assertEquals("", continued(exchange, ""));
        continued(exchange, FIRST);
        assertInstanceOf(Accepted.class, exchange.next(bytes(LAST)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n",
                "n,,",
                "n,,n=user",
                "n,,n=,r=abc",
                "n,,n=user,r=",
                "n,,r=abc,n=user",
                "n,,n=user,r=a\u00FCc",
                "n,,n=user,r=a c",
                "n,,n=user,r=abc,",
                "n,,n=user,r=abc,1=x",
                "n,,n=user,r=abc,x",
                "n,,m=must,n=user,r=abc",
                "n,n=user,r=abc",
                "x,,n=user,r=abc",
                "n,a=,n=user,r=abc",
                "n,user,n=user,r=abc",
                " n,,n=user,r=abc",
                "n,,n=user,r=abc\n"
            })
    void firstMessageOfAnotherFormIsRefused(String message) {
        assertEquals("no client-first-message of RFC 5802", refused(scram.begin(), message));
    }

    @ParameterizedTest
    @ValueSource(strings = {"us=er", "us=2cer", "user\u0007", "\u00AD"})
    void nameThatCannotBePreparedIsRefused(String name) {
        String why = refused(scram.begin(), "n,,n=" + name + ",r=abc");
        assertEquals("a user name that cannot be prepared (RFC 4013)", why);
    }

    @Test
    void whatIsNotOfferedIsRefused() {
        assertEquals(
                "it asks for channel binding, which is not offered",
                refused(scram.begin(), "p=tls-exporter,,n=user,r=abc"));
        assertEquals("it asks to act for another user", refused(scram.begin(), "n,a=slow,n=user,r=abc"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n,,n=user,r=rOprNGfwEbeRWgbNEkqO,x=unknown,y=unknown too",
                "y,,n=user,r=rOprNGfwEbeRWgbNEkqO",
                "n,a=user,n=user,r=rOprNGfwEbeRWgbNEkqO",
                "n,,n=us\u00ADer,r=rOprNGfwEbeRWgbNEkqO",
                "n,,n=a=2Cb=3Dc,r=rOprNGfwEbeRWgbNEkqO"
            })
    void otherFirstMessagesAreUnderstood(String message) {
        assertEquals("r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", continued(scram.begin(), message));
    }

    private String refusedAtTheEnd(String message) {
        Exchange exchange = scram.begin();
        continued(exchange, FIRST);
        return refused(exchange, message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c=biws,r=" + NONCE,
                "c=,r=" + NONCE + ",p=" + PROOF,
                "r=" + NONCE + ",c=biws,p=" + PROOF,
                "c=biws,r=" + NONCE + ",p=" + PROOF + "=",
                "c=biws,r=" + NONCE + ",p=" + PROOF + ",x=y",
                "c=biws,r=" + NONCE + ",p=",
                "c=biws,r=" + NONCE + ",p=AAAA",
                "c=biws,r=" + NONCE + ",p=!HzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
            })
    void lastMessageOfAnotherFormIsRefused(String message) {
        assertEquals("no client-final-message of RFC 5802", refusedAtTheEnd(message));
    }

    @ParameterizedTest
    @ValueSource(strings = {NONCE + "x", "rOprNGfwEbeRWgbNEkqO"})
    void lastMessageOfAnotherExchangeIsRefused(String nonce) {
        String why = refusedAtTheEnd("c=biws,r=" + nonce + ",p=" + PROOF);
        assertEquals("the nonce is another exchange's", why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c=biws,r=" + NONCE + ",x=y,p=" + PROOF, // proves it without the extension
                "c=biws,r=" + NONCE + ",p=AAAAZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
            })
    void whatProvesSomethingElseIsRefused(String message) {
        assertEquals("wrong password", refusedAtTheEnd(message));
    }

    @Test
    void whatTheClientSaidFirstCannotBeChangedOnTheWay() {
        Exchange exchange = scram.begin();
        continued(exchange, "y,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        // Who makes "y" of "n" hides from both that they could bind to the channel.
        assertEquals("channel binding changed on the way", refused(exchange, LAST));
        assertEquals("channel binding changed on the way", refusedAtTheEnd("c=eSws,r=" + NONCE + ",p=" + PROOF));
    }

    @Test
    void manyExtensionsFitIntoASmallStack() throws Exception {
        String message = FIRST + ",a=b".repeat(240);
        FutureTask<Step> answer = new FutureTask<>(() -> scram.begin().next(bytes(message)));
        new Thread(null, answer, "small", 128 * 1024).start();
        assertInstanceOf(Continue.class, answer.get());
    }

    @Test
    void longMessageIsRefused() {
        String room = "n,,n=user,r=";
        continued(scram.begin(), room + "x".repeat(1024 - room.length()));
        refused(scram.begin(), room + "x".repeat(1025 - room.length()));
        refused(scram.begin(), "n,,n=user,r=abc" + ",x=y".repeat(16_000));
        continued(scram.begin(), "n,,n=user,r=abc" + ",x=y".repeat(250));
    }

    @Test
    void messageThatIsNoTextIsRefused() {
        byte[] message = bytes(FIRST);
        message[6] = (byte) 0xC3;
        Refused refused = assertInstanceOf(Refused.class, scram.begin().next(message));
        assertEquals("a message that is not UTF-8", refused.why());
    }

    @Test
    void namesWithCommasAndSignsOfEqualityAreUnderstood() {
        ScramClient client = new ScramClient("a=2Cb=3Dc", "pencil", "abc");
        Exchange exchange = scram.begin();
        Continue challenge = assertInstanceOf(Continue.class, exchange.next(client.first()));
        Accepted accepted = assertInstanceOf(Accepted.class, exchange.next(client.last(challenge.data())));
        assertEquals("a,b=c", accepted.userName());
        client.requireProof(accepted.data());
    }

    @Test
    void userOfAPlainPasswordCannotUseIt() {
        ScramClient client = new ScramClient("plain", "pencil", "abc");
        Exchange exchange = scram.begin();
        Continue challenge = assertInstanceOf(Continue.class, exchange.next(client.first()));
        assertInstanceOf(Refused.class, exchange.next(client.last(challenge.data())));
    }

    private static String saltAndCount(ScramSha256 scram, String user) {
        String challenge = continued(scram.begin(), "n,,n=" + user + ",r=abc");
        Matcher matcher = Pattern.compile("r=[^,]+,(s=.*,i=\\d+)").matcher(challenge);
        assertTrue(matcher.matches(), challenge);
        return matcher.group(1);
    }

    @Test
    void userNobodyKnowsLooksLikeOneThatIsKnown() {
        String once = saltAndCount(scram, "nobody");
        assertEquals(once, saltAndCount(scram, "nobody"));
        assertNotEquals(once, saltAndCount(scram, "somebody"));
        assertNotEquals(once, saltAndCount(new ScramSha256(users, new SecureRandom()), "nobody"));

        List<String> shapes = IntStream.range(0, 200)
                .mapToObj(i -> saltAndCount(scram, "nobody-" + i))
                .map(said -> said.indexOf(',') + said.substring(said.indexOf(',')))
                .toList();
        String quick = "26,i=4096";
        String slow = "14,i=5000";
        assertEquals(200, Collections.frequency(shapes, quick) + Collections.frequency(shapes, slow), shapes::toString);
        assertTrue(Collections.frequency(shapes, quick) > Collections.frequency(shapes, slow));
        assertTrue(Collections.frequency(shapes, slow) > 0);
    }

    @Test
    void userNobodyKnowsIsRefusedAtTheEnd() {
        ScramClient client = new ScramClient("nobody", "pencil", "abc");
        Exchange exchange = scram.begin();
        Continue challenge = assertInstanceOf(Continue.class, exchange.next(client.first()));
        assertTrue(refused(exchange, new String(client.last(challenge.data()), StandardCharsets.UTF_8))
                .contains("no such user"));
    }

    @Test
    void everyExchangeHasANonceOfItsOwn() {
        ScramSha256 random = new ScramSha256(users, new SecureRandom());
        assertNotEquals(continued(random.begin(), FIRST), continued(random.begin(), FIRST));
    }

    @Test
    void itIsOfferedWhileSomebodyCouldUseIt() {
        assertTrue(scram.isOffered());
        ScramSha256 useless = new ScramSha256(
                users("plain:"
                        + PasswordHash.create("pencil", new SecureRandom()).format()),
                new SecureRandom());
        assertFalse(useless.isOffered());
        continued(useless.begin(), FIRST);
    }
}
