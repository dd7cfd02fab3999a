package io.fieldmouse.broker.access;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side: the password is proven and never sent, and the broker proves
 * that it knows the user too. What it does not do: channel binding (SCRAM-SHA-256-PLUS), acting on behalf of others,
 * and mandatory extensions, of which there are none.
 *
 * <pre>
 *   client   n,,n=user,r=nonce1                         also "y,,": it could bind to a channel and sees that we do not
 *   server   r=nonce1nonce2,s=salt,i=iterations
 *   client   c=biws,r=nonce1nonce2,p=proof              biws is "n,," in Base64
 *   server   v=signature
 * </pre>
 *
 * <p>Its surprise: a user nobody knows gets a salt like everyone else, the same each time, and fails at the end; so
 * that nobody can find out which users there are. It holds for as long as the broker runs: the next start makes up other
 * salts.
 */
public final class ScramSha256 implements AuthenticationMethod {
    /** As clients name it. */
    public static final String NAME = "SCRAM-SHA-256";

    /** Longest message taken from a client: room for a name, a nonce and a proof. */
    private static final int MESSAGE_BYTES_MAX = 1_024;

    private static final int NONCE_BYTES = 18;
    private static final int SECRET_BYTES = 32;

    /** Possessive: else each of them would take a piece of the lane's stack. A proof is none, and comes last. */
    private static final String EXTENSIONS = "(?:,(?!p=)[A-Za-z]=[^,\\x00]+)*+";

    private static final String NONCE = "r=(?<nonce>[!-+\\--~]+)";

    /** client-first-message of RFC 5802 section 7. */
    private static final Pattern FIRST =
            Pattern.compile("(?<header>(?<binding>[ny]|p=[A-Za-z0-9.-]+),(?:a=(?<actor>[^,\\x00]+))?,)"
                    + "(?<bare>n=(?<user>[^,\\x00]+)," + NONCE + EXTENSIONS + ")");

    /** client-final-message of RFC 5802 section 7. */
    private static final Pattern LAST = Pattern.compile(
            "(?<withoutProof>c=(?<header>[A-Za-z0-9+/=]+)," + NONCE + EXTENSIONS + "),p=(?<proof>[A-Za-z0-9+/]{43}=)");

    private final Credentials credentials;
    private final Supplier<String> nonces;
    private final byte[] secret = new byte[SECRET_BYTES];

    /** @param credentials whose users with a {@link ScramVerifier} are let in */
    public ScramSha256(Credentials credentials, SecureRandom random) {
        this(credentials, random, () -> nonce(random));
    }

    /** @param nonces the broker's part of each exchange's nonce */
    ScramSha256(Credentials credentials, SecureRandom random, Supplier<String> nonces) {
        this.credentials = credentials;
        this.nonces = nonces;
        random.nextBytes(secret);
    }

    private static String nonce(SecureRandom random) {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** While there is a user who could use it. */
    @Override
    public boolean isOffered() {
        return !credentials.scramVerifiers().isEmpty();
    }

    @Override
    public Exchange begin() {
        return new Conversation();
    }

    /** What was said so far, once the client has named itself. */
    private record Challenge(
            String userName, boolean known, ScramVerifier verifier, String header, String nonce, String saidSoFar) {}

    private final class Conversation implements Exchange {
        private @Nullable Challenge challenge;

        @Override
        public Step next(byte[] clientData) {
            if (clientData.length > MESSAGE_BYTES_MAX) {
                return new Refused(clientData.length + " bytes in one message; allowed are " + MESSAGE_BYTES_MAX);
            }
            String message = text(clientData);
            if (message == null) {
                return new Refused("a message that is not UTF-8");
            }
            if (challenge != null) {
                return judge(challenge, message);
            }
            // A client that waits to be asked (RFC 4422 section 3.3) is asked.
            return message.isEmpty() ? new Continue(clientData) : challenge(message);
        }

        private Step challenge(String message) {
            Matcher first = FIRST.matcher(message);
            if (!first.matches()) {
                return new Refused("no client-first-message of RFC 5802");
            }
            if (first.group("binding").startsWith("p=")) {
                return new Refused("it asks for channel binding, which is not offered");
            }
            String userName = prepared(first.group("user"));
            if (userName == null) {
                return new Refused("a user name that cannot be prepared (RFC 4013)");
            }
            String actor = first.group("actor");
            if (actor != null && !userName.equals(prepared(actor))) {
                return new Refused("it asks to act for another user");
            }
            ScramVerifier madeUp = madeUp(userName); // for everyone, so that it takes the same time for everyone
            ScramVerifier known = credentials.find(userName) instanceof ScramVerifier found ? found : null;
            ScramVerifier verifier = known == null ? madeUp : known;
            String nonce = first.group("nonce") + nonces.get();
            String answer = "r=" + nonce + ",s=" + base64(verifier.salt()) + ",i=" + verifier.iterations();
            challenge = new Challenge(
                    userName,
                    known != null,
                    verifier,
                    first.group("header"),
                    nonce,
                    first.group("bare") + "," + answer);
            return new Continue(bytes(answer));
        }
    }

    private static Step judge(Challenge challenge, String message) {
        Matcher last = LAST.matcher(message);
        if (!last.matches()) {
            return new Refused("no client-final-message of RFC 5802", challenge.userName);
        }
        if (!last.group("header").equals(base64(bytes(challenge.header)))) {
            return new Refused("channel binding changed on the way", challenge.userName);
        }
        if (!last.group("nonce").equals(challenge.nonce)) {
            return new Refused("the nonce is another exchange's", challenge.userName);
        }
        String said = challenge.saidSoFar + "," + last.group("withoutProof");
        boolean proven = challenge.verifier.isProvenBy(Base64.getDecoder().decode(last.group("proof")), said);
        if (!proven || !challenge.known) {
            String what = challenge.known ? "wrong password" : "no such user, or none with a SCRAM verifier";
            return new Refused(what, challenge.userName);
        }
        byte[] answer = bytes("v=" + base64(challenge.verifier.serverSignature(said)));
        return new Accepted(challenge.userName, answer, challenge.verifier);
    }

    /** For a user nobody knows: always the same, of the shape of one that is known, and proven by nothing. */
    private ScramVerifier madeUp(String userName) {
        byte[] key = ScramVerifier.hmac(secret, "key " + userName);
        List<ScramVerifier> real = credentials.scramVerifiers();
        if (real.isEmpty()) { // a reload has taken the last of them
            return new ScramVerifier(ScramVerifier.ITERATIONS, key, key, key);
        }
        ScramVerifier like = real.get(Math.floorMod(Arrays.hashCode(key), real.size()));
        ByteBuffer salt = ByteBuffer.allocate(like.salt().length);
        for (int i = 0; salt.hasRemaining(); i++) {
            byte[] more = ScramVerifier.hmac(secret, "salt " + i + " " + userName);
            salt.put(more, 0, Math.min(more.length, salt.remaining()));
        }
        return new ScramVerifier(like.iterations(), salt.array(), key, key);
    }

    /** A name as it stands in a message: "=2C" is a comma, "=3D" an equals sign. Null for one that cannot be used. */
    private static @Nullable String prepared(String name) {
        String plain = name.replace("=2C", ",");
        if (plain.replace("=3D", "").indexOf('=') >= 0) {
            return null;
        }
        try {
            return SaslPrep.prepare(plain.replace("=3D", "="));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable String text(byte[] data) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
