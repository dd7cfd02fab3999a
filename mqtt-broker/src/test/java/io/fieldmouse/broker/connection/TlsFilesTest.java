package io.fieldmouse.broker.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.connection.TlsTerms.ClientCertificates;
import io.fieldmouse.broker.connection.TlsTerms.Flaw;
import io.fieldmouse.broker.wire.TlsIdentity;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a listener's TLS files. */
class TlsFilesTest {
    private static final TlsTerms GOOD = terms("server.pem", "server.key", "ca.pem", "crl.pem");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private static TlsTerms terms(String certificate, String key, String ca, String crl) {
        return new TlsTerms(
                TlsIdentity.file(certificate),
                TlsIdentity.file(key),
                TlsIdentity.file(ca),
                TlsIdentity.file(crl),
                ClientCertificates.REQUIRED,
                true);
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        List<Flaw> flaws =
                terms("server.key", "server.pem", "crl.pem", "ca.pem").flaws();

        assertEquals(
                List.of("certificate", "key", "ca", "crl"),
                flaws.stream().map(Flaw::setting).toList());
        assertEquals(List.of(), GOOD.flaws());
    }

    @Test
    void certificateAndListThatAreOutOfDateAreTold() {
        assertEquals(List.of(), GOOD.outdated(Instant.now()));
        expect(GOOD.outdated(Instant.parse("2500-01-01T00:00:00Z")), "certificate", "expired on", "crl", "next update");
        expect(GOOD.outdated(Instant.parse("1990-01-01T00:00:00Z")), "certificate", "is not valid before");
        TlsTerms late = TlsTerms.of(TlsIdentity.file("expired.pem"), TlsIdentity.file("expired.key"));
        expect(late.outdated(Instant.now()), "certificate", "\"CN=late\" expired on");
        assertEquals(List.of(), late.flaws());
    }

    /** Pairs of the setting and words of what is said of it. */
    private static void expect(List<Flaw> found, String... pairs) {
        assertEquals(pairs.length / 2, found.size(), found::toString);
        for (int i = 0; i < found.size(); i++) {
            assertEquals(pairs[2 * i], found.get(i).setting());
            assertTrue(found.get(i).words().contains(pairs[2 * i + 1]), found::toString);
        }
    }

    @Test
    void whyAFileCannotBeReadIsTold() throws IOException {
        assertTrue(TlsFiles.unreadable(new AccessDeniedException("x")).contains("permission denied"));
        assertTrue(TlsFiles.unreadable(new NoSuchFileException("x")).startsWith("is not there"));
        assertEquals("cannot be read: the disk is broken", TlsFiles.unreadable(new IOException("the disk is broken")));
        Path text = Files.writeString(directory.resolve("text.pem"), "no PEM at all");
        List<Flaw> flaws = TlsTerms.of(text, directory).flaws();
        assertTrue(
                flaws.get(0).words().contains("text.pem holds no certificate; it begins with -----"), flaws::toString);
        assertTrue(flaws.get(1).words().endsWith(" is a folder; name a file"), flaws::toString);
    }
}
