package io.fieldmouse.broker.access;

import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Checks user names and passwords, on threads of its own, because each check costs tens of milliseconds by intention.
 * So many may wait, and no more: the others are told that the server is busy.
 *
 * <p>Its surprise: whoever gave the right password once is known by a keyed hash of it until the password file changes
 * or the broker stops, and costs nothing when it comes again. Else all devices that come back together after the switch
 * they hang on was restarted would wait for each other; and whoever tries passwords would keep them out.
 */
public final class Authenticator implements AutoCloseable {
    private static final int KEY_BYTES = 32;

    /** Known users are at most those of the file; this bounds those that files of the past had. */
    private static final int KNOWN_MAX = 100_000;

    private static final byte[] SEPARATOR = {0}; // which no user name holds [MQTT-1.5.4-2]

    private final AccessControl control;
    private final Counters counters;
    private final ThreadPoolExecutor executor;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final SecretKeySpec key;

    /** Whoever gave the password that this is the keyed hash of has satisfied the credential. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Known(Credential credential, byte[] mac) {}

    /**
     * The answer.
     *
     * @param shown what the client has satisfied; null unless the reason is success
     */
    public record Verdict(ReasonCode reason, @Nullable Credential shown) {}

    /**
     * Starts it.
     *
     * @param threads that check at the same time
     * @param waitingMax checks that may wait for them
     */
    public Authenticator(AccessControl control, Counters counters, int threads, int waitingMax, SecureRandom random) {
        this.control = control;
        this.counters = counters;
        byte[] secret = new byte[KEY_BYTES];
        random.nextBytes(secret);
        this.key = new SecretKeySpec(secret, "HmacSHA256");
        AtomicInteger number = new AtomicInteger();
        this.executor = new ThreadPoolExecutor(
                threads, threads, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waitingMax), task -> {
                    Thread thread = new Thread(task, "login-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Checks a user name and a password.
     *
     * @param wanted asked before the work begins: whether anybody waits for the answer still. From another thread.
     * @param answer told once: at once, or later from another thread; never when it is not wanted any more
     */
    public void verify(String userName, byte[] password, BooleanSupplier wanted, Consumer<Verdict> answer) {
        byte[] mac = mac(userName, password);
        Credential credential = control.find(userName);
        Known before = known.get(userName);
        if (before != null && before.credential == credential && MessageDigest.isEqual(before.mac, mac)) {
            answer.accept(new Verdict(ReasonCode.SUCCESS, credential));
            return;
        }
        try {
            executor.execute(() -> {
                if (wanted.getAsBoolean()) {
                    Verdict verdict = check(userName, password, credential, mac);
                    if (!executor.isShutdown()) {
                        answer.accept(verdict);
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            counters.add(Counter.REFUSED_LOGIN_BUSY);
            answer.accept(new Verdict(ReasonCode.SERVER_BUSY, null));
        }
    }

    private Verdict check(String userName, byte[] password, @Nullable Credential credential, byte[] mac) {
        if (credential == null) {
            // As long as for a user there is, so that nobody finds out by the clock who that is.
            Credential another = control.some(Arrays.hashCode(mac(userName, new byte[0])));
            if (another != null) {
                another.verifyPlain(password);
            }
        } else if (credential.verifyPlain(password)) {
            if (known.size() >= KNOWN_MAX) {
                known.clear();
            }
            known.put(userName, new Known(credential, mac));
            return new Verdict(ReasonCode.SUCCESS, credential);
        }
        counters.add(Counter.REFUSED_LOGIN);
        return new Verdict(ReasonCode.BAD_USER_NAME_OR_PASSWORD, null);
    }

    private byte[] mac(String userName, byte[] password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(userName.getBytes(StandardCharsets.UTF_8));
            mac.update(SEPARATOR);
            return mac.doFinal(password);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is missing in this Java", e);
        }
    }

    /** Answers nobody any more. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
