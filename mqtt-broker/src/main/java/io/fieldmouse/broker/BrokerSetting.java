package io.fieldmouse.broker;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What can be set about a broker: in the configuration's {@code broker:} section, or with {@code --set key=value}.
 *
 * <p>Together the defaults of what is bounded by bytes come to 184 MiB, so that a broker that is full to all its bounds
 * starts again within the memory that the launcher gives it.
 */
public enum BrokerSetting {
    BIND("bind", "127.0.0.1", "address to listen on; beyond loopback only with password_file or anonymous: anywhere"),
    PORT("port", 0, 65_535, 1883, "TCP port; 0 for any free one, off for none but those of listeners"),
    ANONYMOUS(
            "anonymous",
            "auto",
            "auto | never | loopback | anywhere: from where clients without a name may connect;"
                    + " auto is loopback, and never with a password_file"),
    PASSWORD_FILE("password_file", "", "users and their passwords, as fieldmouse passwd writes them; none when empty"),
    ACL_FILE("acl_file", "", "who may read and write which topics; everyone all of them when empty"),
    LOGINS_WAITING_MAX("logins_waiting_max", 1, 100_000, 200, "CONNECTs that wait for their password to be checked"),
    DATA("data", "data", "directory of the store"),
    DURABILITY("durability", "force", "force | os | none: what an acknowledgement survives"),
    LANES("lanes", 0, 64, 0, "threads; 0 for one a processor"),
    PACKET_BYTES_MAX("packet_bytes_max", 64, 268_435_455, 1_048_576, "largest packet taken"),
    CONNECT_BYTES_MAX(
            "connect_bytes_max", 64, 268_435_455, 131_072, "largest CONNECT taken, and AUTH before it is answered"),
    STRANGERS_BYTES_MAX(
            "strangers_bytes_max",
            65_536,
            1L << 40,
            8L << 20,
            "bytes held for all connections whose CONNECT is not accepted yet, beyond 4096 of each"),
    RECEIVE_MAXIMUM("receive_maximum", 1, 65_535, 100, "QoS 1 and 2 messages taken before one is acknowledged"),
    INFLIGHT_MAX("inflight_max", 1, 65_535, 100, "QoS 1 and 2 messages sent before one is acknowledged"),
    QUEUE_MESSAGES_MAX("queue_messages_max", 1, 10_000_000, 1_000, "unacknowledged and waiting messages of a session"),
    QUEUE_BYTES_MAX("queue_bytes_max", 1_024, 1L << 40, 16L << 20, "their bytes"),
    QUEUE_WHEN_FULL(
            "queue_when_full",
            "refuse",
            "refuse | drop_oldest: refuses what is new, or takes it and loses what was acknowledged and waited longest"),
    BUFFER_BYTES_MAX("buffer_bytes_max", 1 << 20, 1L << 40, 64L << 20, "bytes held for all clients together"),
    OUTBOUND_BYTES_MAX("outbound_bytes_max", 65_536, 1L << 32, 8L << 20, "unsent bytes at which a client is closed"),
    STORE_BACKLOG_BYTES_MAX("store_backlog_bytes_max", 65_536, 1L << 40, 16L << 20, "bytes that may wait for the disk"),
    RETAINED_MESSAGES_MAX("retained_messages_max", 1, 100_000_000, 100_000, "retained messages"),
    RETAINED_BYTES_MAX("retained_bytes_max", 1_024, 1L << 40, 64L << 20, "their bytes"),
    REQUESTS_WAITING_MAX(
            "requests_waiting_max", 10, 1_000_000, 1_000, "requests of a client whose answers wait for the disk"),
    CONNECTIONS_MAX("connections_max", 1, 1_000_000, 10_000, "connections at one time"),
    CONNECTIONS_PER_SECOND_MAX(
            "connections_per_second_max", 0, 1_000_000, 0, "new connections in a second; 0 for any number"),
    MESSAGES_PER_SECOND_MAX(
            "messages_per_second_max",
            0,
            1_000_000,
            0,
            "messages taken of one connection in a second; 0 for any number"),
    SESSIONS_MAX("sessions_max", 1, 10_000_000, 10_000, "sessions, connected and not"),
    SUBSCRIPTIONS_MAX("subscriptions_max", 1, 10_000_000, 10_000, "subscriptions of a session"),
    SESSION_BYTES_MAX(
            "session_bytes_max",
            65_536,
            1L << 40,
            32L << 20,
            "bytes of all sessions' subscriptions, wills and topic aliases"),
    SHARED_ORDER(
            "shared_order",
            "round_robin",
            "round_robin | topic_hash: whether the members of a shared subscription take turns, or each topic has its member,"
                    + " so that its messages keep their order"),
    TOPIC_LEVELS_MAX("topic_levels_max", 1, 300, 200, "levels of a topic"),
    CLIENT_ID_CHARS_MAX("client_id_chars_max", 23, 65_535, 1_024, "characters of a client id"),
    KEEP_ALIVE_SECONDS_MAX("keep_alive_seconds_max", 0, 65_535, 0, "longest keep alive of MQTT 5 clients; 0 for any"),
    TOPIC_ALIAS_MAX("topic_alias_max", 0, 65_535, 32, "topic aliases of an MQTT 5 client, each way; 0 for none"),
    RESPONSE_INFORMATION(
            "response_information", "", "what MQTT 5 clients that ask are told to begin response topics with"),
    CONNECT_TIMEOUT_SECONDS(
            "connect_timeout_seconds", 1, 3_600, 10, "from the connection to its CONNECT, AUTH packets included"),
    SYS_INTERVAL_SECONDS("sys_interval_seconds", 0, 86_400, 10, "from one update of $SYS to the next; 0 for no $SYS"),
    TLS_FILES_CHECK_SECONDS(
            "tls_files_check_seconds", 1, 86_400, 5, "how often certificates are looked at for changes"),
    WRITE_BEHIND_SECONDS("write_behind_seconds", 1, 3_600, 5, "after which the gateway's readings reach the store");

    /** In place of the port: no listener but those that are configured one by one. */
    static final String OFF = "off";

    private static final int RESPONSE_INFORMATION_CHARS_MAX = 1_024;

    private final String key;
    private final String defaultText;
    private final String description;
    private final boolean number;
    private final long least;
    private final long most;

    BrokerSetting(String key, String defaultText, String description) {
        this(key, defaultText, description, false, 0, 0);
    }

    BrokerSetting(String key, long least, long most, long defaultNumber, String description) {
        this(key, Long.toString(defaultNumber), description, true, least, most);
    }

    BrokerSetting(String key, String defaultText, String description, boolean number, long least, long most) {
        this.key = key;
        this.defaultText = defaultText;
        this.description = description;
        this.number = number;
        this.least = least;
        this.most = most;
    }

    /** As it is written in the configuration. */
    public String key() {
        return key;
    }

    public String defaultText() {
        return defaultText;
    }

    /** In words, with what is allowed. */
    public String description() {
        return number ? description + " (" + least + " to " + most + ")" : description;
    }

    /**
     * Finds the setting with this key.
     *
     * @throws IllegalArgumentException when there is none; the message names those there are
     */
    public static BrokerSetting of(String key) {
        for (BrokerSetting setting : values()) {
            if (setting.key.equals(key)) {
                return setting;
            }
        }
        String known = Arrays.stream(values()).map(BrokerSetting::key).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("unknown setting \"" + key + "\"; there are: " + known);
    }

    /** Throws IllegalArgumentException, with what is allowed, unless the text is a value of this setting. */
    void check(String text) {
        switch (this) {
            case ANONYMOUS -> requireOneOf(text, "auto", "never", "loopback", "anywhere");
            case DURABILITY -> requireOneOf(text, "force", "os", "none");
            case QUEUE_WHEN_FULL -> requireOneOf(text, "refuse", "drop_oldest");
            case SHARED_ORDER -> requireOneOf(text, "round_robin", "topic_hash");
            case BIND, DATA -> {
                if (text.isBlank()) {
                    throw new IllegalArgumentException(key + ": found nothing; " + description);
                }
            }
            case PORT -> {
                if (!text.equals(OFF)) {
                    requireNumber(text);
                }
            }
            case PASSWORD_FILE, ACL_FILE -> {
                // looked at when the broker starts
            }
            case RESPONSE_INFORMATION -> {
                if (text.length() > RESPONSE_INFORMATION_CHARS_MAX) {
                    throw new IllegalArgumentException(key + ": found " + text.length() + " characters, allowed: "
                            + RESPONSE_INFORMATION_CHARS_MAX);
                }
            }
            default -> requireNumber(text);
        }
    }

    private void requireOneOf(String text, String... allowed) {
        if (!Arrays.asList(allowed).contains(text)) {
            throw new IllegalArgumentException(
                    key + ": found \"" + text + "\", allowed: " + String.join(", ", allowed));
        }
    }

    private void requireNumber(String text) {
        try {
            long value = Long.parseLong(text.replace("_", ""));
            if (value >= least && value <= most) {
                return;
            }
        } catch (NumberFormatException e) {
            // said below, with what is allowed
        }
        String orOff = this == PORT ? ", or off" : "";
        throw new IllegalArgumentException(
                key + ": found \"" + text + "\", allowed: a whole number from " + least + " to " + most + orOff);
    }
}
