package io.fieldmouse.broker;

import io.fieldmouse.broker.access.AnonymousRule;
import io.fieldmouse.broker.access.AuthenticationMethod;
import io.fieldmouse.broker.routing.SharedOrder;
import io.fieldmouse.store.Disk;
import io.fieldmouse.store.Durability;
import io.fieldmouse.store.StoreConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** With what a broker is started: a value for each {@link BrokerSetting}. Immutable. */
public final class BrokerConfig {
    private final Map<BrokerSetting, String> values;
    private final Function<Path, Disk> storeDisk;
    private final List<RetainedReset> retainedResets;
    private final List<ListenerConfig> added;
    private final List<AuthenticationMethod> authenticationMethods;

    /** What retained messages under a filter become before anyone can connect. */
    record RetainedReset(String topicFilter, String payload) {}

    private BrokerConfig(
            Map<BrokerSetting, String> values,
            Function<Path, Disk> storeDisk,
            List<RetainedReset> retainedResets,
            List<ListenerConfig> added,
            List<AuthenticationMethod> authenticationMethods) {
        this.values = values;
        this.storeDisk = storeDisk;
        this.retainedResets = retainedResets;
        this.added = added;
        this.authenticationMethods = authenticationMethods;
    }

    public static BrokerConfig defaults() {
        return new BrokerConfig(new EnumMap<>(BrokerSetting.class), Disk::of, List.of(), List.of(), List.of());
    }

    /**
     * With one setting changed.
     *
     * @throws IllegalArgumentException for an unknown key or a value out of range; the message says what is allowed
     */
    public BrokerConfig with(String key, String value) {
        return with(BrokerSetting.of(key), value);
    }

    /** As {@link #with(String, String)}. */
    public BrokerConfig with(BrokerSetting setting, String value) {
        setting.check(value);
        Map<BrokerSetting, String> changed = new EnumMap<>(BrokerSetting.class);
        changed.putAll(values);
        changed.put(setting, value);
        return new BrokerConfig(changed, storeDisk, retainedResets, added, authenticationMethods);
    }

    /** With the store's files somewhere else than in the directory itself, which is handed in: for tests. */
    public BrokerConfig withStoreDisk(Function<Path, Disk> disk) {
        return new BrokerConfig(values, disk, retainedResets, added, authenticationMethods);
    }

    /**
     * With retained messages under this filter that the store still holds replaced by this payload before the first
     * client can connect: after a kill, nobody shall read that what was online then is online now.
     */
    public BrokerConfig withRetainedReset(String topicFilter, String payload) {
        List<RetainedReset> resets = new ArrayList<>(retainedResets);
        resets.add(new RetainedReset(topicFilter, payload));
        return new BrokerConfig(values, storeDisk, List.copyOf(resets), added, authenticationMethods);
    }

    /**
     * With one more listener, beside the one that the settings bind and port make.
     *
     * @throws IllegalArgumentException when there is one of this name
     */
    public BrokerConfig withListener(ListenerConfig listener) {
        boolean isTaken = listener.name().equals(ListenerConfig.DEFAULT_NAME)
                || added.stream().anyMatch(other -> other.name().equals(listener.name()));
        if (isTaken) {
            throw new IllegalArgumentException(
                    "name: found \"" + listener.name() + "\", which another listener has; give each its own");
        }
        List<ListenerConfig> all = new ArrayList<>(added);
        all.add(listener);
        return new BrokerConfig(values, storeDisk, retainedResets, List.copyOf(all), authenticationMethods);
    }

    /** All listeners: the one of the settings bind and port first, unless port is off. */
    public List<ListenerConfig> listeners() {
        List<ListenerConfig> all = new ArrayList<>();
        if (!text(BrokerSetting.PORT).equals(BrokerSetting.OFF)) {
            all.add(ListenerConfig.tcp(
                    ListenerConfig.DEFAULT_NAME, text(BrokerSetting.BIND), number(BrokerSetting.PORT)));
        }
        all.addAll(added);
        return all;
    }

    /** Which of the listeners before this one is at its place, so that they cannot both be opened; null for none. */
    public @Nullable ListenerConfig inTheWayOf(ListenerConfig listener) {
        for (ListenerConfig before : listeners()) {
            if (before.name().equals(listener.name())) {
                return null;
            }
            if (before.collidesWith(listener)) {
                return before;
            }
        }
        return null;
    }

    /** As it is for this listener's clients. */
    BrokerConfig at(ListenerConfig listener) {
        Map<BrokerSetting, String> changed = new EnumMap<>(BrokerSetting.class);
        changed.putAll(values);
        changed.putAll(listener.own());
        return new BrokerConfig(changed, storeDisk, retainedResets, added, authenticationMethods);
    }

    /** With one more way of enhanced authentication (MQTT 5 section 4.12) beside SCRAM-SHA-256. */
    public BrokerConfig withAuthenticationMethod(AuthenticationMethod method) {
        List<AuthenticationMethod> methods = new ArrayList<>(authenticationMethods);
        methods.add(method);
        return new BrokerConfig(values, storeDisk, retainedResets, added, List.copyOf(methods));
    }

    List<AuthenticationMethod> authenticationMethods() {
        return authenticationMethods;
    }

    List<RetainedReset> retainedResets() {
        return retainedResets;
    }

    public String text(BrokerSetting setting) {
        return Objects.requireNonNullElse(values.get(setting), setting.defaultText());
    }

    public int number(BrokerSetting setting) {
        return Math.toIntExact(bytes(setting));
    }

    /** A number that may exceed an int. */
    public long bytes(BrokerSetting setting) {
        return Long.parseLong(text(setting).replace("_", ""));
    }

    public Path dataDirectory() {
        return Path.of(text(BrokerSetting.DATA));
    }

    /** The file this setting names; null when it names none. */
    public @Nullable Path file(BrokerSetting setting) {
        String text = text(setting);
        return text.isEmpty() ? null : Path.of(text);
    }

    /** From where clients without a name may connect. */
    AnonymousRule anonymous() {
        return AnonymousRule.of(text(BrokerSetting.ANONYMOUS), file(BrokerSetting.PASSWORD_FILE) != null);
    }

    public Durability durability() {
        return Durability.valueOf(text(BrokerSetting.DURABILITY).toUpperCase(Locale.ROOT));
    }

    public SharedOrder sharedOrder() {
        return SharedOrder.valueOf(text(BrokerSetting.SHARED_ORDER).toUpperCase(Locale.ROOT));
    }

    /** How many lanes: as set, or one for each processor. */
    public int lanes() {
        int set = number(BrokerSetting.LANES);
        return set > 0 ? set : Runtime.getRuntime().availableProcessors();
    }

    StoreConfig store() {
        return new StoreConfig(dataDirectory(), durability(), storeDisk.apply(dataDirectory()));
    }
}
