package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A journal with small segments in a real directory, and records whose bodies can be told from their sequences. */
final class JournalFolder {
    static final int SEGMENT_BYTES = 4 * Segment.BLOCK;

    private final Path directory;
    private final Disk disk;
    private final Random salts;

    JournalFolder(Path directory, Disk disk) {
        this(directory, disk, new Random(4));
    }

    JournalFolder(Path directory) {
        this(directory, Disk.of(directory));
    }

    /** @param salts of another journal: what one has written counts nowhere in the other */
    JournalFolder(Path directory, Random salts) {
        this(directory, Disk.of(directory), salts);
    }

    private JournalFolder(Path directory, Disk disk, Random salts) {
        this.directory = directory;
        this.disk = disk;
        this.salts = salts;
    }

    /** A disk that shows a name more: of something that is there and cannot be opened as a file. */
    record AllNames(Disk disk, String name) implements Disk {
        @Override
        public List<String> names() throws IOException {
            return Stream.concat(disk.names().stream(), Stream.of(name)).toList();
        }

        @Override
        public FileChannel open(String file) throws IOException {
            return disk.open(file);
        }

        @Override
        public void rename(String file, String target) throws IOException {
            disk.rename(file, target);
        }

        @Override
        public void delete(String file) throws IOException {
            disk.delete(file);
        }

        @Override
        public void forceNames() throws IOException {
            disk.forceNames();
        }

        @Override
        public long usableBytes() throws IOException {
            return disk.usableBytes();
        }

        @Override
        public String h2Path(String file) {
            return disk.h2Path(file);
        }
    }

    /** A journal opened, and what was read. */
    record Opened(Journal journal, List<Long> sequences) {
        Journal.Found found() {
            return journal.found();
        }
    }

    Opened open(long after) throws IOException {
        List<Long> sequences = new ArrayList<>();
        Journal journal = Journal.open(
                disk,
                after,
                (sequence, body) -> {
                    assertTrue(sequences.isEmpty() || sequences.get(sequences.size() - 1) < sequence, "ascending");
                    sequences.add(sequence);
                    byte[] bytes = new byte[body.remaining()];
                    body.get(bytes);
                    assertArrayEquals(body(sequence), bytes, "body of " + sequence);
                },
                SEGMENT_BYTES,
                salts);
        return new Opened(journal, sequences);
    }

    /** 1 to 700 bytes that begin with the sequence. */
    static byte[] body(long sequence) {
        Random random = new Random(sequence);
        byte[] bytes = new byte[20 + random.nextInt(680)];
        random.nextBytes(bytes);
        byte[] text = ("<" + sequence + ">").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, bytes, 0, text.length);
        return bytes;
    }

    static void put(RecordBuffer buffer, long sequence, byte[] body) {
        buffer.begin(sequence);
        buffer.put(ByteBuffer.wrap(body));
        buffer.end();
    }

    static RecordBuffer group(long first, long last) {
        RecordBuffer buffer = new RecordBuffer();
        for (long sequence = first; sequence <= last; sequence++) {
            put(buffer, sequence, body(sequence));
        }
        return buffer;
    }

    static void write(Journal journal, long first, long last) throws IOException {
        journal.append(group(first, last));
        journal.force();
    }

    static List<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    Path path(String file) {
        return directory.resolve(file);
    }

    /** The journal's files by their names. */
    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("journal-"))
                    .sorted()
                    .toList();
        }
    }

    /** Where in a file the record with this sequence begins; -1 if its body is not there. */
    static int indexOf(byte[] file, long sequence) {
        byte[] body = body(sequence);
        for (int i = Segment.RECORD_HEAD; i + body.length <= file.length; i++) {
            if (ByteBuffer.wrap(file, i, body.length).equals(ByteBuffer.wrap(body))) {
                return i - Segment.RECORD_HEAD;
            }
        }
        return -1;
    }
}
