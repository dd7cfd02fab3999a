package io.fieldmouse.broker;

import io.fieldmouse.store.Durability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** With what a broker is started: a value for each {@link BrokerSetting}. Immutable. */
public final class BrokerConfig {
    private final Map<BrokerSetting, String> values;
    private final String storeFileSystem;
    private final List<RetainedReset> retainedResets;

    /** What retained messages under a filter become before anyone can connect. */
    record RetainedReset(String topicFilter, String payload) {}

    private BrokerConfig(
            Map<BrokerSetting, String> values, String storeFileSystem, List<RetainedReset> retainedResets) {
        this.values = values;
        this.storeFileSystem = storeFileSystem;
        this.retainedResets = retainedResets;
    }

    public static BrokerConfig defaults() {
        return new BrokerConfig(new EnumMap<>(BrokerSetting.class), "", List.of());
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
        return new BrokerConfig(changed, storeFileSystem, retainedResets);
    }

    /** With an H2 file system before every path of the store; see {@link io.fieldmouse.store.StoreConfig}. */
    public BrokerConfig withStoreFileSystem(String name) {
        return new BrokerConfig(values, name, retainedResets);
    }

    /**
     * With retained messages under this filter that the store still holds replaced by this payload before the first
     * client can connect: after a kill, nobody shall read that what was online then is online now.
     */
    public BrokerConfig withRetainedReset(String topicFilter, String payload) {
        List<RetainedReset> resets = new ArrayList<>(retainedResets);
        resets.add(new RetainedReset(topicFilter, payload));
        return new BrokerConfig(values, storeFileSystem, List.copyOf(resets));
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

    public Durability durability() {
        return Durability.valueOf(text(BrokerSetting.DURABILITY).toUpperCase(Locale.ROOT));
    }

    /** How many lanes: as set, or one for each processor. */
    public int lanes() {
        int set = number(BrokerSetting.LANES);
        return set > 0 ? set : Runtime.getRuntime().availableProcessors();
    }

    String storeFileSystem() {
        return storeFileSystem;
    }
}
