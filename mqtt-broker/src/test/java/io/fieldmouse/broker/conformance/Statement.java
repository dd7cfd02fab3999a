package io.fieldmouse.broker.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A numbered statement of a specification, as our lists in the resources tell of it.
 *
 * @param id as tests and comments name it: that of a statement of 3.1.1 ends with {@code of 3.1.1}
 * @param section number and title
 * @param about what it is about, in our words
 * @param unproven why it needs no test; empty when it needs one
 */
record Statement(String id, String section, Bound bound, String about, String unproven) {
    private static final Pattern NUMBER = Pattern.compile("MQTT-\\d+\\.\\d+\\.\\d+-\\d+");

    /** Whom a statement binds. */
    enum Bound {
        SERVER,
        /** Server and client, or what a client sends and a server has to judge. */
        BOTH,
        CLIENT
    }

    Statement {
        if (about.split(" ").length > 10) {
            throw new IllegalArgumentException(id + ": too many words, they should be ours: " + about);
        }
    }

    /** As its specification numbers it. */
    String number() {
        return id.replace(" of 3.1.1", "");
    }

    boolean bindsTheServer() {
        return bound != Bound.CLIENT;
    }

    boolean needsProof() {
        return bindsTheServer() && unproven.isEmpty();
    }

    static List<Statement> ofMqtt5() {
        return read("statements-5.0.txt", "");
    }

    static List<Statement> ofMqtt311() {
        return read("statements-3.1.1.txt", " of 3.1.1");
    }

    private static List<Statement> read(String resource, String suffix) {
        List<Statement> statements = new ArrayList<>();
        String section = "";
        for (String line : lines("/conformance/" + resource)) {
            if (line.startsWith("== ")) {
                section = line.substring(3);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                statements.add(parse(line, section, suffix));
            }
        }
        return statements;
    }

    private static Statement parse(String line, String section, String suffix) {
        String[] fields = line.split(" \\| ", -1);
        if (fields.length < 3 || fields.length > 4 || !NUMBER.matcher(fields[0]).matches()) {
            throw new IllegalArgumentException("not id | whom it binds | what about [| why unproven]: " + line);
        }
        Bound bound =
                switch (fields[1]) {
                    case "server" -> Bound.SERVER;
                    case "both" -> Bound.BOTH;
                    case "client" -> Bound.CLIENT;
                    default -> throw new IllegalArgumentException("binds neither server, both nor client: " + line);
                };
        return new Statement(fields[0] + suffix, section, bound, fields[2], fields.length == 4 ? fields[3] : "");
    }

    private static List<String> lines(String resource) {
        try (InputStream in = Statement.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no such resource: " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
