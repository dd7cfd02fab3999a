package io.fieldmouse.broker.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/access.md says its example means. */
class AccessDocTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "access.md");
    private static final Pattern RULES = Pattern.compile("```acl\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ROW =
            Pattern.compile("^\\| (\\S+) \\| (read|write) \\| (\\S+) \\| (yes|no) \\|$", Pattern.MULTILINE);

    @Test
    void theExampleMeansWhatTheTableSays() throws Exception {
        String text = Files.readString(DOCUMENT);
        Matcher example = RULES.matcher(text);
        assertTrue(example.find());
        AccessRules rules = AclFile.parse(DOCUMENT, example.group(1).lines().toList());
        List<MatchResult> rows = ROW.matcher(text).results().toList();

        assertEquals(11, rows.size());
        for (MatchResult row : rows) {
            String user = row.group(1);
            Identity identity =
                    user.equals("-") ? Identity.anonymous("client") : Identity.byCertificate(user, "client");
            ClientRules client = rules.of(identity);
            boolean allowed =
                    row.group(2).equals("read") ? client.mayRead(row.group(3)) : client.mayWrite(row.group(3));
            assertEquals(row.group(4).equals("yes"), allowed, row.group());
        }
        assertEquals(List.of(), rules.warnings());
    }
}
