package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.connection.TlsTerms;
import io.fieldmouse.broker.connection.TlsTerms.ClientCertificates;
import io.fieldmouse.store.Disk;
import io.fieldmouse.store.Durability;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BrokerConfigTest {

    @ParameterizedTest
    @EnumSource
    void everyDefaultIsAllowedAndFoundByItsKey(BrokerSetting setting) {
        BrokerConfig config = BrokerConfig.defaults().with(setting.key(), setting.defaultText());
        assertEquals(setting.defaultText(), config.text(setting));
        assertTrue(!setting.description().isBlank());
    }

    @Test
    void valuesAreReadAsWritten() {
        BrokerConfig config = BrokerConfig.defaults()
                .with("port", "0")
                .with("durability", "os")
                .with("lanes", "3")
                .with("buffer_bytes_max", "10_000_000_000");
        assertEquals(0, config.number(BrokerSetting.PORT));
        assertEquals(Durability.OS, config.durability());
        assertEquals(3, config.lanes());
        assertEquals(10_000_000_000L, config.bytes(BrokerSetting.BUFFER_BYTES_MAX));
    }

    @Test
    void aConfigurationIsNotChangedByTheNext() {
        BrokerConfig config = BrokerConfig.defaults().with("port", "1");
        config.with("port", "2");
        assertEquals(1, config.number(BrokerSetting.PORT));
        Disk elsewhere = Disk.of(Path.of("elsewhere"));
        BrokerConfig moved = config.withStoreDisk(directory -> elsewhere);
        assertEquals(1, moved.number(BrokerSetting.PORT));
        assertEquals(elsewhere, moved.with("lanes", "1").store().disk());
    }

    @Test
    void lanesOfZeroIsOneForEachProcessor() {
        assertEquals(
                Runtime.getRuntime().availableProcessors(),
                BrokerConfig.defaults().lanes());
    }

    @ParameterizedTest
    @CsvSource({
        "port, 65536, 0 to 65535",
        "port, -1, 0 to 65535",
        "port, many, 0 to 65535",
        "port, '', 0 to 65535",
        "port, 1e3, 0 to 65535",
        "receive_maximum, 0, 1 to 65535",
        "lanes, 65, 0 to 64",
        "topic_levels_max, 301, 1 to 300",
        "durability, FORCE, 'force, os, none'",
        "anonymous, yes, 'loopback, anywhere'",
        "bind, ' ', address to listen on",
        "data, '', directory of the store"
    })
    void wrongValuesAreToldWithWhatIsAllowed(String key, String value, String allowed) {
        IllegalArgumentException wrong = assertThrows(
                IllegalArgumentException.class, () -> BrokerConfig.defaults().with(key, value));
        String words = String.valueOf(wrong.getMessage());
        assertTrue(words.startsWith(key + ":") && words.contains(allowed), words);
    }

    @Test
    void unknownKeysAreToldWithTheKnownOnes() {
        IllegalArgumentException wrong = assertThrows(
                IllegalArgumentException.class, () -> BrokerConfig.defaults().with("prot", "1"));
        String words = String.valueOf(wrong.getMessage());
        assertTrue(words.contains("\"prot\"") && words.contains("port"), words);
    }

    @ParameterizedTest
    @CsvSource({
        "no passwords, auto, NONE, true, anybody on this machine",
        "no passwords, anywhere, NONE, true, anybody",
        "passwords, auto, NONE, true, users with their password",
        "passwords, loopback, OPTIONAL, true,"
                + " 'users with their password, the name in a client certificate, anybody on this machine'",
        "no passwords, never, REQUIRED, true, the name in a client certificate; each needs a client certificate",
        "passwords, auto, REQUIRED, false, users with their password; each needs a client certificate"
    })
    void whoMayEnterIsToldInWords(
            String passwords, String anonymous, ClientCertificates certificates, boolean named, String words) {
        BrokerConfig config = BrokerConfig.defaults().with("anonymous", anonymous);
        if (passwords.equals("passwords")) {
            config = config.with("password_file", "passwords");
        }
        Path file = Path.of("any.pem");
        ListenerConfig listener = ListenerConfig.tcp("l", "0.0.0.0", 8883);
        listener = certificates == ClientCertificates.NONE
                ? listener
                : listener.with(new TlsTerms(file, file, file, null, certificates, named));
        assertEquals(words, listener.whoMayEnter(config));
    }
}
