package io.fieldmouse.edge.backup;

import io.fieldmouse.edge.backup.BackupLine.Header;
import io.fieldmouse.edge.backup.JsonFields.Fault;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** Reads an export line by line, to the end that says that it is whole. */
final class BackupReader {
    /** A line has to be in memory, several times over. */
    private static final long LINE_BYTES_MAX = Runtime.getRuntime().maxMemory() / 8;

    private static final int LINE_BYTES_AT_FIRST = 64 * 1024;
    private static final int READ_BYTES = 64 * 1024;

    private final Path file;
    private final Sink sink;
    private byte[] line = new byte[LINE_BYTES_AT_FIRST];
    private int length;
    private long number;

    /** What is done with the lines between the first and the last. */
    interface Sink {
        void begin(Header header) throws Fault;

        /** @throws Fault if it cannot be, after the lines before it */
        void take(BackupLine line) throws Fault, InterruptedException;
    }

    private BackupReader(Path file, Sink sink) {
        this.file = file;
        this.sink = sink;
    }

    /** @throws BackupException for the first line that may not be, or when the last one is missing or wrong */
    static void read(Path file, Sink sink) throws IOException, BackupException, InterruptedException {
        new BackupReader(file, sink).read();
    }

    private void read() throws IOException, BackupException, InterruptedException {
        CRC32C crc = new CRC32C();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), READ_BYTES)) {
            readLine(in);
            sink.begin(LineParser.header(JsonFields.parse(line, length)));
            while (true) {
                crc.update(line, 0, length);
                readLine(in);
                JsonFields fields = JsonFields.parse(line, length);
                if (fields.isText("type", "end")) {
                    finish(fields, crc.getValue());
                    if (in.read() >= 0) {
                        number++;
                        throw new Fault("comes behind the end");
                    }
                    return;
                }
                sink.take(LineParser.line(fields));
            }
        } catch (Fault e) {
            throw new BackupException(file + ":" + number + ": " + e.getMessage());
        }
    }

    /** The line and its line feed. */
    private void readLine(InputStream in) throws IOException, Fault {
        number++;
        length = 0;
        int octet;
        do {
            octet = in.read();
            if (octet < 0) {
                throw new Fault("ends here, before the line of type \"end\": the file was cut short");
            }
            if (length == line.length) {
                grow();
            }
            line[length++] = (byte) octet;
        } while (octet != '\n');
    }

    private void grow() throws Fault {
        if (length >= LINE_BYTES_MAX) {
            throw new Fault("is longer than " + LINE_BYTES_MAX
                    + " bytes, for which the memory of this program is too small: give it more with"
                    + " FIELDMOUSE_JAVA_OPTS=-Xmx...");
        }
        line = Arrays.copyOf(line, 2 * length);
    }

    private void finish(JsonFields fields, long sum) throws Fault {
        fields.text("type");
        long lines = fields.number("lines", 1, Long.MAX_VALUE);
        String told = fields.text("crc32c");
        fields.finish();
        String found = HexFormat.of().toHexDigits((int) sum);
        if (lines != number - 1) {
            throw new Fault(
                    "lines: found " + lines + ", but " + (number - 1) + " came before; lines were lost or added");
        }
        if (!told.equals(found)) {
            throw new Fault("crc32c: found " + told + ", but the lines before give " + found + "; they were changed");
        }
    }
}
