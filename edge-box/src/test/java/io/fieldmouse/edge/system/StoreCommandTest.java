package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of a store as processes: what they print, leave behind, and refuse. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoreCommandTest {
    @TempDir
    Path directory;

    private CommandProcess store(String... arguments) throws Exception {
        String[] all = new String[arguments.length + 1];
        all[0] = "store";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandProcess process = CommandProcess.fieldmouse(directory, all);
        process.exitCode();
        return process;
    }

    private void expectRefusal(String words, String... arguments) throws Exception {
        CommandProcess process = store(arguments);
        assertEquals(1, process.exitCode(), process::toString);
        assertTrue(process.err().contains(words), () -> words + " is not in " + process);
        assertEquals("", process.out());
    }

    private CommandProcess broker(String data) throws Exception {
        return CommandProcess.fieldmouse(directory, "broker", "--port", "0", "--data", data, "--set", "lanes=1");
    }

    private static String port(CommandProcess broker) throws Exception {
        broker.awaitText("listening on 127.0.0.1:");
        String out = broker.out();
        return out.substring(out.indexOf("127.0.0.1:") + "127.0.0.1:".length()).strip();
    }

    @Test
    void whatABrokerKeptIsKeptByAnotherOneThatWasFilledFromItsExport() throws Exception {
        try (CommandProcess broker = broker("one")) {
            CommandProcess pub = CommandProcess.fieldmouse(
                    directory, "pub", "-p", port(broker), "-t", "a/b", "-m", "kept", "-q", "1", "-r");
            assertEquals(0, pub.exitCode(), pub::toString);
            expectRefusal("is in use by another process (pid " + broker.pid(), "export", "--data", "one");
            expectRefusal("is in use by another process (pid " + broker.pid(), "import", "--data", "one", anyExport());
            assertEquals(0, broker.end("TERM"), broker::toString);
        }

        CommandProcess printed = store("export", "--data", "one");
        assertEquals(0, printed.exitCode(), printed::toString);
        CommandProcess written = store("export", "--data", "one", "backup.jsonl");
        assertEquals(0, written.exitCode(), written::toString);
        Path backup = directory.resolve("backup.jsonl");
        assertEquals(printed.out(), Files.readString(backup));
        assertTrue(printed.out().contains("\"topic\":\"a/b\",\"payload\":\"kept\""), printed::toString);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)));
        try (var names = Files.list(directory)) {
            assertFalse(names.anyMatch(name -> name.toString().endsWith(".new")));
        }

        CommandProcess checked = store("check", "--data", "one");
        assertEquals(0, checked.exitCode(), checked::toString);
        assertTrue(checked.out().contains("retained messages 1"), checked::toString);
        CommandProcess compacted = store("compact", "--data", "one");
        assertEquals(0, compacted.exitCode(), compacted::toString);
        assertEquals(printed.out(), store("export", "--data", "one").out());
        Files.write(directory.resolve("one/store.mv.db"), new byte[5000]);
        CommandProcess damaged = store("check", "--data", "one");
        assertEquals(1, damaged.exitCode(), damaged::toString);
        assertTrue(damaged.err().contains("is damaged"), damaged::toString);

        CommandProcess imported = store("import", "--data", "two", "backup.jsonl");
        assertEquals(0, imported.exitCode(), imported::toString);
        assertTrue(imported.out().startsWith("imported into two: 1 retained messages"), imported::toString);
        try (CommandProcess broker = broker("two")) {
            CommandProcess sub =
                    CommandProcess.fieldmouse(directory, "sub", "-p", port(broker), "-t", "a/#", "-C", "1", "-W", "30");
            assertEquals(0, sub.exitCode(), sub::toString);
            assertEquals("kept\n", sub.out());
        }
    }

    /** Of an empty store. */
    private String anyExport() throws Exception {
        Path file = directory.resolve("empty.jsonl");
        Files.write(
                file,
                List.of(
                        "{\"fieldmouse\":\"store\",\"format\":1,\"retained\":0,\"sessions\":0,\"subscriptions\":0,"
                                + "\"messages\":0,\"receivers\":0,\"leftovers\":0,\"wills\":0}",
                        "{\"type\":\"end\",\"lines\":1,\"crc32c\":\"@\"}"));
        String text = Files.readString(file);
        CRC32C crc = new CRC32C();
        crc.update(text.substring(0, text.indexOf('\n') + 1).getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, text.replace("@", HexFormat.of().toHexDigits((int) crc.getValue())));
        return file.toString();
    }

    @Test
    void whatCannotBeDoneIsSaidAndChangesNothing() throws Exception {
        expectRefusal("there is no store in none", "export", "--data", "none");
        assertFalse(Files.exists(directory.resolve("none")));
        expectRefusal("none.jsonl: no such file or folder", "import", "--data", "none", "none.jsonl");
        Files.writeString(directory.resolve("wrong.jsonl"), "{}\n");
        expectRefusal("wrong.jsonl:1: is not the first line", "import", "--data", "none", "wrong.jsonl");
        assertFalse(Files.exists(directory.resolve("none")));
        CommandProcess configured = store("export", "--config", "none.yaml");
        assertEquals(78, configured.exitCode(), configured::toString);
    }
}
