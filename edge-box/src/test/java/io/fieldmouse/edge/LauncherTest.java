package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher script in a tree of its own, with a Java and a Maven that only say how they were called. */
final class LauncherTest {

    private static final String MODULES = "retained-store mqtt-broker device-sim modbus-gateway edge-box";

    // The system's own place: another user has to come here too, which a home directory may not allow.
    @TempDir(factory = TempDirFactory.Standard.class)
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path home;

    private record Result(int exitCode, String out) {}

    @BeforeEach
    void layOutATree() throws IOException {
        home = Files.createDirectories(directory.resolve("a home").resolve("tree"));
        Files.copy(Path.of("..", "fieldmouse"), home.resolve("fieldmouse"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.createDirectories(home.resolve("config/profiles"));
        Files.writeString(home.resolve("config/profiles/p.yaml"), "points: []");
        for (String module : MODULES.split(" ", -1)) {
            Files.createDirectories(home.resolve(module).resolve("src/main"));
            Files.createDirectories(home.resolve(module).resolve("src/test"));
            Files.writeString(home.resolve(module).resolve("src/main/A.java"), "class A {}");
        }
        script(
                "java",
                "[ \"$1\" = -version ] && { echo 'openjdk version \"'$JAVA_SAYS'\" 2025-01-01' >&2; exit; }",
                "for word in \"$@\"; do echo \"<$word>\"; done");
        script("mvn", "echo built >>\"$CALLS\"", "mkdir -p edge-box/target/lib", ": >edge-box/target/edge-box-1.jar");
    }

    private void script(String name, String... lines) throws IOException {
        Path file =
                Files.createDirectories(directory.resolve("bin")).resolve(name).normalize();
        Files.createDirectories(directory.resolve("tools"));
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private ProcessBuilder launcher(String javaVersion, List<String> command, String output) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(output).toFile());
        builder.environment().remove("JAVA_HOME");
        builder.environment().put("PATH", directory.resolve("bin") + ":/usr/bin:/bin");
        builder.environment().put("JAVA_SAYS", javaVersion);
        builder.environment().put("CALLS", directory.resolve("calls").toString());
        builder.environment().put("GO", directory.resolve("go").toString());
        return builder;
    }

    private Result launch(String javaVersion, List<String> command) throws Exception {
        return ended(launcher(javaVersion, command, "output").start(), "output");
    }

    private Result ended(Process process, String output) throws Exception {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return new Result(process.exitValue(), Files.readString(directory.resolve(output)));
    }

    private void await(String file, String text, Process process) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        Path path = directory.resolve(file);
        while (!Files.exists(path) || !Files.readString(path).contains(text)) {
            boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
            assertTrue(!ended && System.nanoTime() < deadline, file + " never said " + text);
        }
    }

    private Result launch(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("fieldmouse").toString()));
        command.addAll(List.of(arguments));
        return launch("17.0.1", command);
    }

    private int builds() throws IOException {
        Path calls = directory.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
    }

    private void touch(String file, Instant time) throws IOException {
        Files.setLastModifiedTime(home.resolve(file), FileTime.from(time));
    }

    @Test
    void buildsOnlyWhatIsMissingOrOlderThanItsSources() throws Exception {
        assertTrue(launch("x").out().contains("fieldmouse: building"));
        assertEquals(1, builds());
        assertEquals(0, launch("x").exitCode());
        assertEquals(1, builds());

        touch("mqtt-broker/src/main/A.java", Instant.now().plusSeconds(60));
        launch("x");
        assertEquals(2, builds());
        touch("mqtt-broker/src/main/A.java", Instant.now().minusSeconds(60));
        Files.writeString(home.resolve("device-sim/src/test/T.java"), "class T {}");
        touch("device-sim/src/test/T.java", Instant.now().plusSeconds(60));
        launch("x");
        assertEquals(2, builds(), "a test is no part of the program");
    }

    @Test
    void passesArgumentsAsTheyAreAndTheFolderOfTheProgram() throws Exception {
        String out = launch("pub", "-m", "two words", "*").out();
        assertTrue(out.endsWith("<io.fieldmouse.edge.Fieldmouse>\n<pub>\n<-m>\n<two words>\n<*>\n"), out);
        assertTrue(out.contains("<-Dfieldmouse.home=" + home.toRealPath() + ">"), out);
        assertTrue(out.contains("/edge-box-1.jar:"), out);
    }

    @Test
    void findsItsHomeThroughSymbolicLinks() throws Exception {
        Path links = Files.createDirectories(directory.resolve("links"));
        Path first = Files.createSymbolicLink(links.resolve("first"), Path.of("../a home/tree/fieldmouse"));
        Path second = Files.createSymbolicLink(directory.resolve("second"), first);
        String out = launch("17.0.1", List.of(second.toString(), "x")).out();
        assertTrue(out.contains("<-Dfieldmouse.home=" + home.toRealPath() + ">"), out);
    }

    @Test
    void oldJavaIsRefusedWithWhatToDo() throws Exception {
        Result result = launch("11.0.2", List.of(home.resolve("fieldmouse").toString(), "x"));
        assertEquals(1, result.exitCode());
        assertTrue(result.out().contains("java is Java 11, Fieldmouse needs 17 or newer"), result.out());
        assertTrue(result.out().contains("apt install openjdk-17-jdk-headless"), result.out());
    }

    @Test
    void nativeAccessIsGrantedOnlyWhereTheJvmKnowsTheWord() throws Exception {
        assertTrue(!launch("x").out().contains("--enable-native-access"));
        String out = launch("25.0.1", List.of(home.resolve("fieldmouse").toString(), "x"))
                .out();
        assertTrue(out.contains("<--enable-native-access=ALL-UNNAMED>"), out);
    }

    @Test
    void boxWithoutMemoryEndsUnlessTheUsersOptionsSayOtherwise() throws Exception {
        List<String> command = List.of(home.resolve("fieldmouse").toString(), "x");
        ProcessBuilder launcher = launcher("17.0.1", command, "output");
        launcher.environment().put("FIELDMOUSE_JAVA_OPTS", "-Xmx1g -XX:-ExitOnOutOfMemoryError");

        String out = ended(launcher.start(), "output").out();

        int ours = out.indexOf("<-XX:+ExitOnOutOfMemoryError>");
        assertTrue(ours >= 0 && ours < out.indexOf("<-XX:-ExitOnOutOfMemoryError>"), out);
        assertTrue(out.indexOf("<-Xmx320m>") < out.indexOf("<-Xmx1g>"), out);
    }

    @Test
    void failedBuildShowsItsOutputAndStartsNothing() throws Exception {
        script("mvn", "echo 'no such class'", "exit 1");
        Result result = launch("x");
        assertEquals(1, result.exitCode());
        assertTrue(result.out().contains("no such class"), result.out());
        assertTrue(result.out().contains("fieldmouse: the build failed"), result.out());
        assertTrue(!result.out().contains("<x>"), result.out());
    }

    @Test
    void anEditedProfileBuildsNothing() throws Exception {
        launch("x");
        touch("config/profiles/p.yaml", Instant.now().plusSeconds(60));
        launch("x");
        assertEquals(1, builds());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoStartsAtOnceBuildOnce(boolean flock) throws Exception {
        script(
                "mvn",
                "echo built >>\"$CALLS\"",
                "while [ ! -e \"$GO\" ]; do sleep 0.1; done",
                "mkdir -p edge-box/target/lib",
                ": >edge-box/target/edge-box-1.jar");
        List<String> command = List.of(home.resolve("fieldmouse").toString(), "x");
        ProcessBuilder one = launcher("17", command, "one");
        ProcessBuilder two = launcher("17", command, "two");
        if (!flock) {
            String path = directory.resolve("bin") + ":" + toolsWithoutFlock();
            one.environment().put("PATH", path);
            two.environment().put("PATH", path);
        }
        Process first = one.start();
        await("calls", "built", first);
        Process second = two.start();
        await("two", "another start is building, waiting for it", second);
        Files.createFile(directory.resolve("go"));
        assertTrue(ended(first, "one").out().endsWith("<x>\n"));
        assertTrue(ended(second, "two").out().endsWith("<x>\n"));
        assertEquals(1, builds());
    }

    /** All that the launcher calls, but for flock. */
    private Path toolsWithoutFlock() throws IOException {
        for (String tool : List.of("cat", "dirname", "find", "head", "mkdir", "mv", "rm", "sed", "sleep")) {
            script("../tools/" + tool, "PATH=/usr/bin:/bin exec " + tool + " \"$@\"");
        }
        return directory.resolve("tools");
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    void signalDuringTheBuildEndsMavenToo(String signal, int code) throws Exception {
        script("mvn", "echo $$ >>\"$CALLS\"", "exec sleep 600");
        // In the background it would be deaf to Ctrl-C.
        List<String> command = List.of(
                "env", "--default-signal=INT", home.resolve("fieldmouse").toString(), "x");
        Process launcher = launcher("17", command, "output").start();
        await("calls", "\n", launcher);
        long maven = Long.parseLong(Files.readString(directory.resolve("calls")).trim());
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(launcher.pid())).start();
        assertEquals(0, kill.waitFor());
        Result result = ended(launcher, "output");
        assertEquals(code, result.exitCode(), result.out());
        assertTrue(ProcessHandle.of(maven).isEmpty(), "Maven lives on");
        assertTrue(!result.out().contains("<x>"), result.out());
    }

    @Test
    void treeOfAnotherUserRunsAsItIsOrSaysWhoIsToBuildIt() throws Exception {
        boolean root = System.getProperty("user.name").equals("root");
        List<String> command = new ArrayList<>();
        if (root) {
            assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "no setpriv: apt install util-linux");
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            command.addAll(List.of("/usr/bin/setpriv", "--reuid=65534", "--clear-groups"));
        }
        command.addAll(List.of(home.resolve("fieldmouse").toString(), "x"));
        setWritable(false);
        try {
            Result missing = launch("17", command);
            assertEquals(1, missing.exitCode());
            assertTrue(missing.out().contains("start it once as its owner"), missing.out());
            setWritable(true);
            launch("x");
            touch("edge-box/src/main/A.java", Instant.now().plusSeconds(60));
            setWritable(false);
            Result stale = launch("17", command);
            assertEquals(0, stale.exitCode(), stale.out());
            assertTrue(stale.out().contains("running it as it is"), stale.out());
            assertTrue(stale.out().endsWith("<x>\n"), stale.out());
            assertEquals(1, builds());
        } finally {
            setWritable(true);
        }
    }

    private void setWritable(boolean writable) throws IOException {
        String permissions = writable ? "rwxr-xr-x" : "r-xr-xr-x";
        for (String module : MODULES.split(" ", -1)) {
            for (Path folder : List.of(home.resolve(module), home.resolve(module + "/target"))) {
                if (Files.exists(folder)) {
                    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
                }
            }
        }
    }
}
