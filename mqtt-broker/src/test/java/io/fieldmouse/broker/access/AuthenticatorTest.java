package io.fieldmouse.broker.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.fieldmouse.broker.access.Authenticator.Verdict;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One thread, and room for two that wait. */
class AuthenticatorTest {
    private static final int DEADLINE_SECONDS = 60;

    private final Counters counters = new Counters();
    private final AccessControl control;
    private final Authenticator authenticator;
    private final BlockingQueue<Verdict> answers = new LinkedBlockingQueue<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    AuthenticatorTest(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("passwords");
        String alice =
                "alice:" + PasswordHash.create("secret", new SecureRandom()).format();
        Files.write(file, List.of(alice));
        control = AccessControl.open(file, null);
        authenticator = new Authenticator(control, counters, 1, 2, new SecureRandom());
    }

    @Test
    void theRightPasswordIsAnsweredWithWhatItSatisfied() throws Exception {
        assertSame(control.find("alice"), verify("alice", "secret").shown());
    }

    @Test
    void wrongPasswordsAndUnknownUsersAreRefusedAlike() throws Exception {
        assertEquals(new Verdict(ReasonCode.BAD_USER_NAME_OR_PASSWORD, null), verify("alice", "Secret"));
        assertEquals(new Verdict(ReasonCode.BAD_USER_NAME_OR_PASSWORD, null), verify("bob", "secret"));
        assertEquals(2, counters.get(Counter.REFUSED_LOGIN));
    }

    @Test
    void whoWasRightOnceIsKnownWhileOthersWait() throws Exception {
        verify("alice", "secret");
        occupyTheThread();

        List<Verdict> atOnce = new ArrayList<>();
        authenticator.verify("alice", bytes("secret"), () -> true, atOnce::add);
        authenticator.verify("alice", bytes("wrong"), () -> true, atOnce::add);

        assertEquals(List.of(new Verdict(ReasonCode.SUCCESS, control.find("alice"))), atOnce);
        gate.countDown();
    }

    @Test
    void aPasswordThatWasRightBeforeAReloadIsCheckedAgain() throws Exception {
        verify("alice", "secret");
        control.files().get(0).read();
        occupyTheThread();

        List<Verdict> atOnce = new ArrayList<>();
        authenticator.verify("alice", bytes("secret"), () -> true, atOnce::add);

        assertEquals(List.of(), atOnce);
        gate.countDown();
    }

    @Test
    void moreThanMayWaitAreToldThatTheServerIsBusy() {
        occupyTheThread();
        List<Verdict> atOnce = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            authenticator.verify("alice", bytes("secret"), () -> true, atOnce::add);
        }

        assertEquals(3, atOnce.size());
        assertEquals(ReasonCode.SERVER_BUSY, atOnce.get(0).reason());
        assertNull(atOnce.get(0).shown());
        assertEquals(3, counters.get(Counter.REFUSED_LOGIN_BUSY));
        gate.countDown();
    }

    @Test
    void whoIsGoneIsNotChecked() throws Exception {
        authenticator.verify("alice", bytes("wrong"), () -> false, answers::add);

        assertSame(ReasonCode.SUCCESS, verify("alice", "secret").reason());
        assertEquals(0, counters.get(Counter.REFUSED_LOGIN));
    }

    private void occupyTheThread() {
        authenticator.verify("nobody", bytes(""), this::waitForGate, answers::add);
    }

    private boolean waitForGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private Verdict verify(String user, String password) throws InterruptedException {
        authenticator.verify(user, bytes(password), () -> true, answers::add);
        Verdict verdict = answers.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (verdict == null) {
            throw new AssertionError("no answer within " + DEADLINE_SECONDS + " s");
        }
        return verdict;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
