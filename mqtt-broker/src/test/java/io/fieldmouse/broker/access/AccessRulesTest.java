package io.fieldmouse.broker.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of access rules: what its lines mean, and for whom. */
class AccessRulesTest {
    private static final Path FILE = Path.of("acl");

    /** Rules, who asks (user / client id; - for a nameless client), the topic, and whether it may be read and written. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // who a line is for
                "topic plant/a                                      | - / c1       | plant/a            | rw",
                "topic plant/a                                      | alice / c1   | plant/a            | --",
                "user alice; topic plant/a                          | alice / c1   | plant/a            | rw",
                "user alice; topic plant/a                          | - / c1       | plant/a            | --",
                "user alice; topic plant/a                          | - / alice    | plant/a            | --",
                "user alice; topic plant/a                          | Alice / c1   | plant/a            | --",
                "user two words; topic plant/a                      | two words / c| plant/a            | rw",
                "user a; topic x; user b; topic y; user a; topic z  | a / c1       | z                  | rw",
                "user a; topic x; user b; topic y; user a; topic z  | a / c1       | y                  | --",
                // what it grants
                "topic read plant/a                                 | - / c1       | plant/a            | r-",
                "topic write plant/a                                | - / c1       | plant/a            | -w",
                "topic readwrite plant/a                            | - / c1       | plant/a            | rw",
                "topic read plant/a b                               | - / c1       | plant/a b          | r-",
                "topic readwrite read                               | - / c1       | read               | rw",
                "topic denied                                       | - / c1       | denied             | rw",
                "topic read a; topic write a                        | - / c1       | a                  | rw",
                "topic plant/+/t                                    | - / c1       | plant/1/t          | rw",
                "topic plant/+/t                                    | - / c1       | plant/1/2/t        | --",
                "topic plant/#                                      | - / c1       | plant              | rw",
                "topic #                                            | - / c1       | any/thing          | rw",
                // what it denies, wherever the line stands
                "topic plant/#; topic deny plant/secret             | - / c1       | plant/secret       | --",
                "topic deny plant/secret; topic plant/#             | - / c1       | plant/open         | rw",
                "user a; topic x/#; pattern deny x/%c               | a / c1       | x/c1               | --",
                "user a; topic x/#; pattern deny x/%c               | a / c1       | x/c2               | rw",
                // $SYS and its like
                "topic #                                            | - / c1       | $SYS/broker/uptime | --",
                "topic +/broker/uptime                              | - / c1       | $SYS/broker/uptime | --",
                "topic read $SYS/#                                  | - / c1       | $SYS/broker/uptime | r-",
                "pattern %u/#                                       | $SYS / c1    | $SYS/broker/uptime | --",
                "pattern %c/#                                       | - / $SYS     | $SYS/broker/uptime | --",
                "pattern x/%u                                       | $SYS / c1    | x/$SYS             | rw",
                // patterns
                "pattern sensor/%u/data                             | alice / c1   | sensor/alice/data  | rw",
                "pattern sensor/%u/data                             | alice / c1   | sensor/bob/data    | --",
                "pattern read sensor/%c/data                        | - / c1       | sensor/c1/data     | r-",
                "pattern sensor/%u/%c                               | alice / c1   | sensor/alice/c1    | rw",
                "pattern sensor/%u/%c                               | alice / c1   | sensor/c1/alice    | --",
                "user bob; pattern write at/%u/#                    | alice / c1   | at/alice/x/y       | -w",
                "pattern both                                       | - / c1       | both               | rw",
                "topic sensor/%u                                    | alice / c1   | sensor/alice       | --",
                "pattern sensor/%u                                  | %c / c1      | sensor/c1          | --",
                "pattern sensor/%u                                  | %c / c1      | sensor/%c          | rw",
                // a nameless client is nobody's namesake
                "pattern sensor/%u/data                             | - / c1       | sensor//data       | --",
                "pattern sensor/%u/data                             | - / c1       | sensor/null/data   | --",
                "pattern sensor/%u/data                             | - / c1       | sensor/-/data      | --",
                // a name never widens a pattern (CVE-2017-7650)
                "pattern sensor/%u/data                             | + / c1       | sensor/bob/data    | --",
                "pattern sensor/%u/data                             | + / c1       | sensor/+/data      | --",
                "pattern sensor/%u                                  | # / c1       | sensor/bob         | --",
                "pattern %c/#                                       | bob / #      | any/thing          | --",
                "pattern read %c                                    | bob / +      | any                | --",
                "pattern a/%c                                       | bob / x#     | a/x#               | --",
                "pattern sensor/%u/data                             | a/b / c1     | sensor/a/b/data    | --",
                "pattern sensor/%u/data                             | bob/data / c | sensor/bob/data    | --",
                "pattern a/%c/b                                     | - / x/y      | a/x/y/b            | --",
                // nor does one narrow what is denied
                "user +; topic all/#; pattern deny all/%u/x         | + / c1       | all/+/x            | --",
                "user a/b; topic all/#; pattern deny all/%u/x       | a/b / c1     | all/a/b/x          | --",
                "user a/b; topic all/#; pattern deny all/%u/x       | a/b / c1     | all                | --",
                "user ab; topic all/#; pattern deny all/%u/x        | ab / c1      | all/cd/x           | rw",
                "user a; topic $d/#; pattern deny %c/x              | a / $d       | $d/x               | --",
                "user a; topic $d/#; pattern deny %c/x              | a / $d       | $d/y               | rw",
                "user $d; topic $d/#; pattern deny %u/#             | $d / c1      | $d/y               | --",
                "user a; topic $d/#; pattern deny %c/x              | a / $d/y     | $d/y/x             | --",
                "user a; topic $d/#; pattern deny %c/x              | a / $d/y     | $d                 | --",
                "user a; topic #; pattern deny %c/x                 | a / b/y      | b/y/x              | --",
            })
    void rulesMeanWhatMosquittosManualSays(String rules, String who, String topic, String allowed)
            throws AccessFileException {
        String user = who.substring(0, who.indexOf(" / "));
        String clientId = who.substring(who.indexOf(" / ") + 3);
        ClientRules client = rules(rules).of(identity(user, clientId));

        String found = (client.mayRead(topic) ? "r" : "-") + (client.mayWrite(topic) ? "w" : "-");

        assertEquals(allowed, found, rules + ": " + who + " at " + topic);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "topic read plant/#                      | plant/a     | yes",
                "topic read plant/#                      | plant/+/b   | yes",
                "topic read plant/#                      | #           | yes",
                "topic read plant/#                      | +           | yes",
                "topic read plant/a                      | +           | no",
                "topic read plant/a                      | +/+         | yes",
                "topic read plant/a                      | other/#     | no",
                "topic read plant/a                      | plant/a/#   | yes",
                "topic read plant/a                      | plant/a/b   | no",
                "topic write plant/a                     | plant/a     | no",
                "topic read a/+/c                        | a/b/+       | yes",
                "topic read a/+/c                        | a/b/d       | no",
                "topic read #                            | $SYS/#      | no",
                "topic read $SYS/#                       | #           | no",
                "topic read $SYS/#                       | $SYS/broker | yes",
                "topic read #; topic deny plant/#        | plant/a     | no",
                "topic read #; topic deny plant/#        | plant/+/b   | no",
                "topic read #; topic deny plant/#        | plant       | no",
                "topic read #; topic deny plant/#        | #           | yes",
                "topic read #; topic deny plant/+        | plant/#     | yes",
                "topic read #; topic deny plant/+        | plant/a     | no",
                "topic read #; topic deny plant/+        | plant/+     | no",
                "topic read #; topic deny plant/a        | plant/+     | yes",
            })
    void aSubscriptionIsRefusedOnlyWhereItCouldBringNothing(String rules, String filter, String some)
            throws AccessFileException {
        ClientRules client = rules(rules).of(Identity.anonymous("c"));

        assertEquals(some.equals("yes"), client.mayReadSomeOf(filter));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topics plant/#",
                "user",
                "topic",
                "topic reed plant/#",
                "topic plant/# and more",
                "topic read plant/#/more",
                "topic read a+",
                "pattern read sensor-%u/data",
                "pattern read sensor/%u%c",
                "pattern",
                "topic read",
                "topic write",
                "topic readwrite ",
                "topic deny",
                "pattern\tdeny"
            })
    void aBadLineIsNamed(String line) {
        AccessFileException refused =
                assertThrows(AccessFileException.class, () -> AclFile.parse(FILE, List.of("# rules", "", line)));

        assertTrue(String.valueOf(refused.getMessage()).startsWith("acl:3: "), refused::getMessage);
    }

    @Test
    void allBadLinesAreNamedUpToABound() {
        AccessFileException three = assertThrows(
                AccessFileException.class,
                () -> AclFile.parse(FILE, List.of("topics a", "topic b", "user", "topic read c", "pattern x%u")));
        assertEquals(
                List.of("acl:1: ", "acl:3: ", "acl:5: "),
                three.faults().stream().map(fault -> fault.substring(0, 7)).toList());
        AccessFileException many = assertThrows(
                AccessFileException.class, () -> AclFile.parse(FILE, Collections.nCopies(1_000, "no rule")));
        assertEquals(20, many.faults().size());
    }

    @Test
    void aLineThatWasCutShortBehindDenySaysHowToNameATopicOfThatName() {
        AccessFileException refused =
                assertThrows(AccessFileException.class, () -> AclFile.parse(FILE, List.of("topic deny")));

        assertEquals(
                "acl:1: topic deny: which topic? Write topic readwrite deny for a topic of that name",
                refused.getMessage());
    }

    @Test
    void linesThatAreProbablyNotMeantAreRemarkedOn() throws AccessFileException {
        List<String> warnings =
                rules("topic read sensor/%u; pattern read sensor/#").warnings();

        assertEquals(2, warnings.size());
        assertTrue(warnings.get(0).startsWith("acl:1: "), warnings::toString);
        assertTrue(warnings.get(1).startsWith("acl:2: "), warnings::toString);
        assertEquals(List.of(), rules("topic read a/#; pattern b/%c").warnings());
        for (String shared : List.of("topic read $share/g/a", "pattern read $queue/%c")) {
            assertTrue(rules(shared).warnings().toString().startsWith("[acl:1: \"$"), shared);
        }
        assertEquals(List.of(), rules("topic read $SYS/#").warnings());
        for (String empty : List.of("", "# nothing", "user alice")) {
            assertEquals(
                    List.of("acl: holds no rule, so that nobody may read or write anything"),
                    rules(empty).warnings());
        }
    }

    @Test
    void blanksBeforeBehindAndBetweenDoNotMatter() throws AccessFileException {
        ClientRules client =
                rules("  user \t alice  ;\ttopic   read \t plant/a  ").of(identity("alice", "c"));

        assertTrue(client.mayRead("plant/a"));
        assertFalse(client.mayWrite("plant/a"));
    }

    private static AccessRules rules(String lines) throws AccessFileException {
        return AclFile.parse(FILE, List.of(lines.split(";", -1)));
    }

    private static Identity identity(String user, String clientId) {
        return user.equals("-") ? Identity.anonymous(clientId) : Identity.byCertificate(user, clientId);
    }
}
