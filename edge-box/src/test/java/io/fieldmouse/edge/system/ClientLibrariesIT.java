package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The packaged broker and the client libraries people use. With each the same conversation: a message at each QoS, a
 * retained one, a will, a shared subscription, a session that is resumed. Each client says what went as it should.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClientLibrariesIT extends PackagedBrokerTestBase {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CONVERSATION = "qos 0\nqos 1\nqos 2\nretained\nwill\nshared 5 and 5\nresumed\n";

    @ParameterizedTest
    @CsvSource({"mqtt,3", "mqtt,4", "mqtt,5", "ws,4", "ws,5"})
    void mqttJs(String scheme, String version) {
        Peers.needNodeModule(Path.of("src/test/mqttjs"), "mqtt");
        int port = scheme.equals("ws") ? broker.websocketPort() : broker.port();
        String path = scheme.equals("ws") ? "/mqtt" : "";
        check(Peers.run(
                PATIENCE,
                Peers.NODE.toString(),
                "src/test/mqttjs/conversation.js",
                scheme + "://127.0.0.1:" + port + path,
                version));
    }

    @ParameterizedTest
    @CsvSource({"tcp,3", "tcp,4", "tcp,5", "websockets,4", "websockets,5"})
    void pahoForPython(String transport, String version) throws IOException {
        Peers.needPythonModule("paho.mqtt.client", "python3-paho-mqtt");
        Path script = directory.resolve("paho_conversation.py");
        if (Files.notExists(script)) {
            try (InputStream resource = getClass().getResourceAsStream("/paho_conversation.py")) {
                Files.copy(Objects.requireNonNull(resource), script);
            }
        }
        int port = transport.equals("websockets") ? broker.websocketPort() : broker.port();
        check(Peers.run(
                PATIENCE, Peers.PYTHON.toString(), script.toString(), Integer.toString(port), transport, version));
    }

    @ParameterizedTest
    @CsvSource({"tcp,4", "tcp,5", "ws,4", "ws,5"})
    void hiveMqForJava(String transport, int version) throws Exception {
        boolean websocket = transport.equals("ws");
        int port = websocket ? broker.websocketPort() : broker.port();
        String said = new HiveMqConversation(port, version, websocket).run();
        assertEquals(CONVERSATION, said, () -> broker.toString());
    }

    private static void check(Peers.Result result) {
        assertEquals(CONVERSATION, result.output(), () -> broker.toString());
        assertEquals(0, result.exitCode());
    }
}
