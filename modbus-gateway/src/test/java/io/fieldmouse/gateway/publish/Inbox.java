package io.fieldmouse.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a client was told, for a test to wait on. */
final class Inbox implements MqttClient.Listener {

    private final BlockingQueue<ApplicationMessage> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<MqttException> ends = new LinkedBlockingQueue<>();

    @Override
    public void received(ApplicationMessage message) {
        messages.add(message);
    }

    @Override
    public void closed(MqttException reason) {
        ends.add(reason);
    }

    ApplicationMessage next() throws InterruptedException {
        ApplicationMessage message = messages.poll(20, TimeUnit.SECONDS);
        assertNotNull(message, "no message came");
        return message;
    }

    String nextText() throws InterruptedException {
        return new String(next().payload(), StandardCharsets.UTF_8);
    }

    MqttException end() throws InterruptedException {
        MqttException end = ends.poll(20, TimeUnit.SECONDS);
        assertNotNull(end, "the connection did not end");
        return end;
    }

    void holdsNothing() {
        assertNull(messages.peek(), "an unexpected message");
    }
}
