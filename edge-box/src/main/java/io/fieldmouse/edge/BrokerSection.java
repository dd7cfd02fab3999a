package io.fieldmouse.edge;

import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.broker.ListenerConfig;
import io.fieldmouse.broker.ListenerConfig.Place;
import io.fieldmouse.broker.ListenerConfig.Protocol;
import io.fieldmouse.broker.access.AccessControl;
import io.fieldmouse.broker.access.AccessFileException;
import io.fieldmouse.broker.access.AclSummary;
import io.fieldmouse.broker.access.PasswordFile;
import io.fieldmouse.broker.connection.TlsTerms;
import io.fieldmouse.broker.connection.TlsTerms.ClientCertificates;
import io.fieldmouse.edge.BoxConfig.BrokerPlace;
import io.fieldmouse.gateway.yaml.YamlMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The section {@code broker:} of the configuration: the broker's settings, and the list of its {@code listeners:}. */
final class BrokerSection {
    private static final String BIND = BrokerSetting.BIND.key();
    private static final String PORT = BrokerSetting.PORT.key();
    private static final String SOCKET = "socket";
    private static final int STRANGERS_TOLD_MAX = 20;
    private static final Pattern SAID_ALREADY =
            Pattern.compile("^[a-z_]+: (found (\".*\"|nothing|[0-9]+ characters)[,;] )?");
    private static final Map<String, Protocol> PROTOCOLS =
            inOrder(Map.entry("mqtt", Protocol.MQTT), Map.entry("websocket", Protocol.WEBSOCKET));
    private static final Map<String, ClientCertificates> CLIENT_CERTIFICATES = inOrder(
            Map.entry("none", ClientCertificates.NONE),
            Map.entry("optional", ClientCertificates.OPTIONAL),
            Map.entry("required", ClientCertificates.REQUIRED));

    private final YamlMap section;
    private final Path file;
    private final BrokerPlace place;
    private final ListenCheck listenCheck;
    private BrokerConfig config = BrokerConfig.defaults();
    private @Nullable PasswordFile passwords;
    private Set<String> usersWithRules = Set.of();

    private BrokerSection(YamlMap section, Path file, BrokerPlace place, ListenCheck listenCheck) {
        this.section = section;
        this.file = file;
        this.place = place;
        this.listenCheck = listenCheck;
    }

    @SafeVarargs
    private static <T> Map<String, T> inOrder(Map.Entry<String, T>... words) {
        Map<String, T> all = new LinkedHashMap<>();
        for (Map.Entry<String, T> word : words) {
            all.put(word.getKey(), word.getValue());
        }
        return all;
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
        read.warnOfRulesForNobody();
        return read.config;
    }

    private void warnOfRulesForNobody() {
        boolean named = config.file(BrokerSetting.PASSWORD_FILE) != null
                || config.listeners().stream().anyMatch(BrokerSection::namesItsClients);
        if (!usersWithRules.isEmpty() && !named) {
            section.warning(
                    BrokerSetting.ACL_FILE.key(),
                    "lines for users, but nobody can prove a name",
                    "so that they are for nobody: set password_file, or client certificates");
        }
        PasswordFile known = passwords;
        if (known == null || config.listeners().stream().anyMatch(BrokerSection::namesItsClients)) {
            return; // whom a certificate names is known to whoever made it
        }
        usersWithRules.stream()
                .filter(user -> known.find(user) == null)
                .limit(STRANGERS_TOLD_MAX)
                .forEach(user -> section.warning(
                        BrokerSetting.ACL_FILE.key(),
                        "user \"" + user + "\", who is not in the password file",
                        "so that its lines are for nobody: give it a password with fieldmouse passwd, or correct the"
                                + " name, which is all of the line behind user"));
    }

    private static boolean namesItsClients(ListenerConfig listener) {
        TlsTerms tls = listener.tls();
        return tls != null && tls.clientCertificates() != ClientCertificates.NONE && tls.userFromCertificate();
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
        checkData();
        if (!section.flawed(BIND) && !section.flawed(PORT) && !section.flawed(BrokerSetting.ANONYMOUS.key())) {
            config.listeners().forEach(listener -> check(section, listener));
        }
    }

    private void checkData() {
        String key = BrokerSetting.DATA.key();
        Path data = config.dataDirectory();
        Path there = data.toAbsolutePath(); // or what there is of it
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        String found = '"' + section.text(key, data.toString()) + '"';
        if (place == BrokerPlace.ELSEWHERE) {
            return;
        }
        if (!Files.isDirectory(there)) {
            section.problem(key, found, there + " is a file; name a folder");
        } else if (!Files.isWritable(there)) {
            section.problem(
                    key,
                    found,
                    there + " cannot be written by user " + System.getProperty("user.name")
                            + "; change its owner or mode, or name another folder");
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
        try {
            if (setting == BrokerSetting.PASSWORD_FILE) {
                PasswordFile read = PasswordFile.read(found);
                passwords = read;
                remark(setting, named, read.isEmpty() ? List.of(found + ": " + AccessControl.NO_USERS) : List.of());
            } else {
                AclSummary rules = AccessControl.summaryOf(found);
                usersWithRules = rules.users();
                remark(setting, named, rules.warnings());
            }
        } catch (AccessFileException e) {
            e.faults().forEach(fault -> section.problem(setting.key(), '"' + named.toString() + '"', fault));
        }
    }

    private void remark(BrokerSetting setting, Path named, List<String> warnings) {
        if (listenCheck.nothingStarts()) {
            warnings.forEach(words -> section.warning(setting.key(), '"' + named.toString() + '"', words));
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
            map.problem(key, '"' + value + '"', advice(String.valueOf(e.getMessage())));
            return null;
        }
    }

    /** What the broker says of a value, without the key and the value, which the file's own line names. */
    private static String advice(String message) {
        return SAID_ALREADY.matcher(message).replaceFirst("");
    }

    private void readListeners() {
        for (YamlMap map : section.sections("listeners")) {
            ListenerConfig listener = listener(map);
            if (listener == null) {
                continue;
            }
            try {
                config = config.withListener(listener);
                check(map, listener);
            } catch (IllegalArgumentException e) {
                map.problem("name", '"' + listener.name() + '"', advice(String.valueOf(e.getMessage())));
            }
        }
        boolean nowhere = config.listeners().isEmpty() && !section.has("listeners");
        if (place == BrokerPlace.HERE && nowhere) {
            section.problem(PORT, "off, and no listeners: nobody could connect", "write a port, or listeners");
        }
    }

    private @Nullable ListenerConfig listener(YamlMap map) {
        String name = map.text("name");
        Place place = place(map);
        Protocol protocol = map.oneOf("protocol", PROTOCOLS, Protocol.MQTT);
        TlsTerms tls = map.has("tls") ? tls(map.section("tls")) : null;
        Map<BrokerSetting, String> own = new LinkedHashMap<>();
        for (BrokerSetting setting : BrokerSetting.values()) {
            String value = ListenerConfig.SETTINGS.contains(setting) ? value(map, setting) : null;
            if (value != null) {
                own.put(setting, value);
            }
        }
        if (map.flawed("name") || place == null || (map.has("tls") && tls == null)) {
            return null;
        }
        try {
            return new ListenerConfig(name, place, protocol, tls, own);
        } catch (IllegalArgumentException e) {
            map.problem("name", '"' + name + '"', advice(String.valueOf(e.getMessage())));
            return null;
        }
    }

    /** A port, or a socket file. */
    private @Nullable Place place(YamlMap map) {
        if (map.has(SOCKET)) {
            for (String other : List.of(BIND, PORT)) {
                if (map.has(other)) {
                    map.problem(other, "a port beside socket", "write one or the other");
                }
            }
            String mode = map.text("mode", ListenerConfig.SOCKET_MODE);
            String path = map.text(SOCKET);
            try {
                return map.flawed(SOCKET) ? null : new ListenerConfig.Socket(file(path), mode);
            } catch (IllegalArgumentException e) {
                String message = String.valueOf(e.getMessage());
                boolean isMode = message.startsWith("mode");
                map.problem(isMode ? "mode" : SOCKET, '"' + (isMode ? mode : path) + '"', advice(message));
                return null;
            }
        }
        String host = map.text(BIND, BrokerSetting.BIND.defaultText());
        int port = map.wholeNumber(PORT, 1, 65_535);
        return map.flawed(BIND) || map.flawed(PORT) ? null : new ListenerConfig.Port(host, port);
    }

    private @Nullable TlsTerms tls(YamlMap map) {
        String certificate = map.text("certificate");
        String key = map.text("key");
        Path ca = map.has("ca") ? file(map.text("ca")) : null;
        Path crl = map.has("crl") ? file(map.text("crl")) : null;
        ClientCertificates clients = map.oneOf("client_certificates", CLIENT_CERTIFICATES, ClientCertificates.NONE);
        boolean user = map.flag("user_from_certificate", clients != ClientCertificates.NONE);
        if (clients != ClientCertificates.NONE && !map.has("ca")) {
            map.problem("ca", "nothing", "needs the authority whose client certificates are trusted");
        }
        if (clients == ClientCertificates.NONE && (map.has("ca") || map.has("crl"))) {
            map.problem(
                    map.has("ca") ? "ca" : "crl",
                    "a file",
                    "but no client is asked for a certificate; write client_certificates: optional or required, or"
                            + " remove it");
        }
        for (String name : List.of("certificate", "key", "ca", "crl", "client_certificates")) {
            if (map.flawed(name)) {
                return null;
            }
        }
        TlsTerms terms = new TlsTerms(file(certificate), file(key), ca, crl, clients, user);
        if (place == BrokerPlace.HERE) {
            terms.flaws().forEach(flaw -> tell(map, flaw));
            listenCheck.outdated(terms).forEach(flaw -> tell(map, flaw));
        }
        return terms;
    }

    private static void tell(YamlMap tls, TlsTerms.Flaw flaw) {
        tls.problem(flaw.setting(), '"' + tls.text(flaw.setting()) + '"', flaw.words());
    }

    /** A relative path is meant beside the configuration. */
    private Path file(String name) {
        return file.resolveSibling(name);
    }

    /** The broker would refuse these too, but without the place in the file. */
    private void check(YamlMap map, ListenerConfig listener) {
        if (place == BrokerPlace.ELSEWHERE || map.flawed(BrokerSetting.ANONYMOUS.key())) {
            return;
        }
        String objection = listener.objection(config);
        if (objection != null) {
            map.problem(BIND, '"' + map.text(BIND, BrokerSetting.BIND.defaultText()) + '"', "it " + objection);
            return;
        }
        ListenerConfig inTheWay = config.inTheWayOf(listener);
        if (inTheWay != null) {
            map.problem(
                    map.has(SOCKET) ? SOCKET : PORT,
                    listener.place() + ", where listener \"" + inTheWay.name() + "\" is too",
                    "give each its own");
            return;
        }
        listenCheck.objection(listener).ifPresent(found -> map.problem(found.key(), found.found(), found.advice()));
    }
}
