package io.fieldmouse.edge;

import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.broker.ListenerConfig;
import io.fieldmouse.broker.ListenerConfig.Protocol;
import io.fieldmouse.broker.access.AccessControl;
import io.fieldmouse.broker.access.AccessFileException;
import io.fieldmouse.edge.BoxConfig.BrokerPlace;
import io.fieldmouse.gateway.yaml.YamlMap;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The section {@code broker:} of the configuration: the broker's settings, and the list of its {@code listeners:}. */
final class BrokerSection {
    private static final String BIND = BrokerSetting.BIND.key();
    private static final String PORT = BrokerSetting.PORT.key();
    private static final Map<String, Protocol> PROTOCOLS = protocols();

    private final YamlMap section;
    private final Path file;
    private final BrokerPlace place;
    private final ListenCheck listenCheck;
    private BrokerConfig config = BrokerConfig.defaults();

    private BrokerSection(YamlMap section, Path file, BrokerPlace place, ListenCheck listenCheck) {
        this.section = section;
        this.file = file;
        this.place = place;
        this.listenCheck = listenCheck;
    }

    private static Map<String, Protocol> protocols() {
        Map<String, Protocol> protocols = new LinkedHashMap<>();
        protocols.put("mqtt", Protocol.MQTT);
        protocols.put("websocket", Protocol.WEBSOCKET);
        return protocols;
    }

    /**
     * Reads it.
     *
     * @param file in which it is written, and beside which the files it names are meant
     * @param place where the broker is: elsewhere, its addresses and files are not looked at
     */
    static BrokerConfig read(YamlMap section, Path file, BrokerPlace place, ListenCheck listenCheck) {
        BrokerSection read = new BrokerSection(section, file, place, listenCheck);
        read.readSettings();
        read.readListeners();
        return read.config;
    }

    private void readSettings() {
        for (BrokerSetting setting : BrokerSetting.values()) {
            String value = value(section, setting);
            if (value != null) {
                config = config.with(setting, value);
            }
        }
        // A relative folder is meant beside the program, wherever it is called from.
        config = config.with(
                BrokerSetting.DATA,
                Home.path().resolve(config.text(BrokerSetting.DATA)).toString());
        readAccessFile(BrokerSetting.PASSWORD_FILE);
        readAccessFile(BrokerSetting.ACL_FILE);
        if (!section.flawed(BIND) && !section.flawed(PORT) && !section.flawed(BrokerSetting.ANONYMOUS.key())) {
            config.listeners().forEach(listener -> check(section, listener));
        }
    }

    /** Reads the file as the broker will, so that what is wrong with it is told before anything starts. */
    private void readAccessFile(BrokerSetting setting) {
        Path named = config.file(setting);
        if (named == null) {
            return;
        }
        Path found = file.resolveSibling(named);
        config = config.with(setting, found.toString());
        if (place == BrokerPlace.ELSEWHERE) {
            return;
        }
        boolean passwords = setting == BrokerSetting.PASSWORD_FILE;
        try {
            AccessControl.open(passwords ? found : null, passwords ? null : found);
        } catch (AccessFileException e) {
            section.problem(setting.key(), '"' + named.toString() + '"', String.valueOf(e.getMessage()));
        }
    }

    /** What is written for a setting; null when nothing is, or something that is not allowed. */
    private static @Nullable String value(YamlMap map, BrokerSetting setting) {
        String key = setting.key();
        if (!map.has(key)) {
            return null;
        }
        String value = map.text(key);
        if (map.flawed(key)) {
            return null;
        }
        try {
            BrokerConfig.defaults().with(setting, value);
            return value;
        } catch (IllegalArgumentException e) {
            map.problem(key, '"' + value + '"', String.valueOf(e.getMessage()));
            return null;
        }
    }

    private void readListeners() {
        for (YamlMap map : section.sections("listeners")) {
            ListenerConfig listener = listener(map);
            if (listener == null) {
                continue;
            }
            check(map, listener);
            try {
                config = config.withListener(listener);
            } catch (IllegalArgumentException e) {
                map.problem("name", '"' + listener.name() + '"', String.valueOf(e.getMessage()));
            }
        }
    }

    private static @Nullable ListenerConfig listener(YamlMap map) {
        String name = map.text("name");
        String host = map.text(BIND, BrokerSetting.BIND.defaultText());
        int port = map.wholeNumber(PORT, 1, 65_535);
        Protocol protocol = map.oneOf("protocol", PROTOCOLS, Protocol.MQTT);
        Map<BrokerSetting, String> own = new LinkedHashMap<>();
        for (BrokerSetting setting : BrokerSetting.values()) {
            String value = ListenerConfig.SETTINGS.contains(setting) ? value(map, setting) : null;
            if (value != null) {
                own.put(setting, value);
            }
        }
        if (map.flawed("name") || map.flawed(BIND) || map.flawed(PORT)) {
            return null;
        }
        try {
            return new ListenerConfig(name, host, port, protocol, own);
        } catch (IllegalArgumentException e) {
            map.problem("name", '"' + name + '"', String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** The broker would refuse these too, but without the place in the file. */
    private void check(YamlMap map, ListenerConfig listener) {
        if (place == BrokerPlace.ELSEWHERE || map.flawed(BrokerSetting.ANONYMOUS.key())) {
            return;
        }
        String objection = listener.objection(config);
        if (objection != null) {
            map.problem(BIND, '"' + listener.host() + '"', "it " + objection);
            return;
        }
        listenCheck
                .objection(listener)
                .ifPresent(found -> map.problem(
                        PORT,
                        found,
                        "choose another port, or end who holds it; a box that runs is checked with --no-ports"));
    }
}
