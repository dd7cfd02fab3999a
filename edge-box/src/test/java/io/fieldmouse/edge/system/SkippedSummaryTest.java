package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last words of a build, from reports as Surefire writes them. */
final class SkippedSummaryTest {

    private static final Instant BEGIN = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path root;

    private void report(String module, String test, Instant written, String... skipped) throws IOException {
        StringBuilder cases = new StringBuilder();
        for (String element : skipped) {
            cases.append("<testcase name=\"a\">").append(element).append("</testcase>");
        }
        Path file = Files.createDirectories(root.resolve(module).resolve("target/surefire-reports"))
                .resolve("TEST-" + test + ".xml");
        Files.writeString(
                file,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite>" + cases
                        + "<testcase name=\"b\"/></testsuite>");
        Files.setLastModifiedTime(file, FileTime.from(written));
    }

    @Test
    void skippedTestsOfAllModulesAreToldWithTheLineThatInstallsTheirPeers() throws Exception {
        String trace = "<skipped type=\"org.opentest4j.TestAbortedException\"><![CDATA["
                + "org.opentest4j.TestAbortedException: Assumption failed: mbpoll is not installed: apt install mbpoll\n"
                + "\tat org.junit.jupiter.api.Assumptions.throwAssumptionFailed(Assumptions.java:340)\n]]></skipped>";
        report("device-sim", "MbpollTest", BEGIN, trace, trace);
        report("edge-box", "PeersTest", BEGIN.plusSeconds(60), trace);
        report(
                "modbus-gateway",
                "LinkTest",
                BEGIN.plusSeconds(30),
                "<skipped message=\"Assumption failed: no &quot;x&quot;: apt install mosquitto mosquitto-clients\"/>",
                "<skipped message=\"Assumption failed: y is not installed: npm ci --prefix edge-box/src/test/y\"/>");

        assertEquals(
                List.of(
                        "",
                        "Skipped tests:",
                        "    3  mbpoll is not installed: apt install mbpoll",
                        "    1  no \"x\": apt install mosquitto mosquitto-clients",
                        "    1  y is not installed: npm ci --prefix edge-box/src/test/y",
                        "To run them too:",
                        "  sudo apt install mbpoll mosquitto mosquitto-clients",
                        "  npm ci --prefix edge-box/src/test/y"),
                SkippedSummary.lines(root, BEGIN));
    }

    @Test
    void nothingIsSaidOfABuildThatSkippedNothing() throws Exception {
        report("edge-box", "PeersTest", BEGIN.plusSeconds(1));
        report("edge-box", "GoneTest", BEGIN.minusSeconds(1), "<skipped message=\"no more: apt install old\"/>");

        assertEquals(List.of(), SkippedSummary.lines(root, BEGIN));
    }
}
