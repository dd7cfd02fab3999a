package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs nobody here wrote, as Debian ships them. */
final class Peers {
    /** Where servers are, which not every user has on the path. */
    private static final String SERVERS = "/usr/sbin";

    static final Path MOSQUITTO = find("mosquitto");
    static final Path MOSQUITTO_PASSWD = find("mosquitto_passwd");
    static final Path MOSQUITTO_PUB = find("mosquitto_pub");
    static final Path MOSQUITTO_SUB = find("mosquitto_sub");
    static final Path MBPOLL = find("mbpoll");
    static final Path NODE = find("node");
    static final Path OPENSSL = find("openssl");

    /** The distribution's own, to which its packages belong. */
    static final Path PYTHON = Path.of("/usr/bin/python3");

    private Peers() {}

    /** As the shell does; a name that is nowhere stays as it is, and is no program. */
    private static Path find(String program) {
        String folders = System.getenv().getOrDefault("PATH", "") + ":" + SERVERS;
        return Stream.of(folders.split(":"))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of("nowhere", program));
    }

    /** Skips the test when the program is absent, with the line that installs it; in CI it fails instead. */
    static void need(Path program, String debianPackage) {
        need(Files.isExecutable(program), program.getFileName().toString(), debianPackage);
    }

    /** As {@link #need(Path, String)}, for a module of the distribution's Python. */
    static void needPythonModule(String module, String debianPackage) {
        need(PYTHON, "python3");
        need(
                run(Duration.ofSeconds(30), PYTHON.toString(), "-c", "import " + module)
                                .exitCode()
                        == 0,
                module,
                debianPackage);
    }

    /** As {@link #need(Path, String)}, for a module of Node.js that belongs to this project's tests. */
    static void needNodeModule(Path folder, String module) {
        need(NODE, "nodejs npm");
        boolean installed = Files.isDirectory(folder.resolve("node_modules").resolve(module));
        needAdvised(installed, module + " is not installed: npm ci --prefix edge-box/" + folder);
    }

    private static void need(boolean installed, String what, String debianPackage) {
        needAdvised(installed, what + " is not installed: apt install " + debianPackage);
    }

    private static void needAdvised(boolean installed, String advice) {
        if ("1".equals(System.getenv("FIELDMOUSE_CI"))) {
            assertTrue(installed, advice);
        }
        assumeTrue(installed, advice);
    }

    /** How a program ended. */
    record Result(int exitCode, String output) {}

    /** Runs a program to its end. */
    static Result run(Duration within, String... command) {
        try {
            return finish(start(command), within);
        } catch (IOException e) {
            throw new AssertionError(List.of(command).toString(), e);
        }
    }

    static Process start(String... command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Waits for the end of a program that prints little. */
    static Result finish(Process process, Duration within) throws IOException {
        try {
            if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                String soFar = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                throw new AssertionError(process.info().commandLine().orElse("a peer") + " did not end within " + within
                        + "; it said: " + soFar);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return new Result(
                process.exitValue(), new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
}
