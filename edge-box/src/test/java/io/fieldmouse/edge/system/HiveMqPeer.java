package io.fieldmouse.edge.system;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of HiveMQ's library for Java, of either version, that keeps what it receives. */
abstract class HiveMqPeer {
    private static final long PATIENCE_SECONDS = 30;
    private static final long EXPIRY_SECONDS = 600;

    /** What arrived, in order. */
    final BlockingQueue<Received> inbox = new LinkedBlockingQueue<>();

    record Received(String topic, String payload, int qos, boolean retain) {}

    /** What a client asks for beside its name. */
    record Wishes(boolean staying, @Nullable String willTopic, boolean websocket) {}

    /** Connects. */
    static HiveMqPeer connect(int version, int port, String name, Wishes wishes) throws Exception {
        MqttClientBuilder builder =
                MqttClient.builder().serverHost("127.0.0.1").serverPort(port).identifier(name);
        if (wishes.websocket) {
            builder = builder.webSocketConfig(
                    MqttWebSocketConfig.builder().serverPath("mqtt").build());
        }
        return version == 5
                ? new Five(builder.useMqttVersion5().buildAsync(), wishes)
                : new Three(builder.useMqttVersion3().buildAsync(), wishes);
    }

    /** Whether the broker knew it. */
    abstract boolean sessionPresent();

    /** Returns the granted QoS. */
    abstract int subscribe(String filter, int qos) throws Exception;

    /** Returns when the exchange is complete. */
    abstract void publish(String topic, String payload, int qos, boolean retain) throws Exception;

    abstract void leave() throws Exception;

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static MqttQos qos(int number) {
        return Objects.requireNonNull(MqttQos.fromCode(number));
    }

    /** By MQTT 3.1.1. */
    private static final class Three extends HiveMqPeer {
        private final Mqtt3AsyncClient client;
        private final boolean sessionPresent;

        Three(Mqtt3AsyncClient client, Wishes wishes) throws Exception {
            this.client = client;
            client.publishes(
                    MqttGlobalPublishFilter.ALL,
                    got -> inbox.add(new Received(
                            got.getTopic().toString(),
                            new String(got.getPayloadAsBytes(), StandardCharsets.UTF_8),
                            got.getQos().getCode(),
                            got.isRetain())));
            Mqtt3ConnectBuilder connect = Mqtt3Connect.builder().cleanSession(!wishes.staying);
            if (wishes.willTopic != null) {
                connect = connect.willPublish()
                        .topic(wishes.willTopic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload("gone".getBytes(StandardCharsets.UTF_8))
                        .applyWillPublish();
            }
            sessionPresent = get(client.connect(connect.build())).isSessionPresent();
        }

        @Override
        boolean sessionPresent() {
            return sessionPresent;
        }

        @Override
        int subscribe(String filter, int qos) throws Exception {
            return get(client.subscribeWith().topicFilter(filter).qos(qos(qos)).send())
                    .getReturnCodes()
                    .get(0)
                    .getCode();
        }

        @Override
        void publish(String topic, String payload, int qos, boolean retain) throws Exception {
            get(client.publishWith()
                    .topic(topic)
                    .qos(qos(qos))
                    .retain(retain)
                    .payload(payload.getBytes(StandardCharsets.UTF_8))
                    .send());
        }

        @Override
        void leave() throws Exception {
            get(client.disconnect());
        }
    }

    /** By MQTT 5. */
    private static final class Five extends HiveMqPeer {
        private final Mqtt5AsyncClient client;
        private final boolean sessionPresent;

        Five(Mqtt5AsyncClient client, Wishes wishes) throws Exception {
            this.client = client;
            client.publishes(
                    MqttGlobalPublishFilter.ALL,
                    got -> inbox.add(new Received(
                            got.getTopic().toString(),
                            new String(got.getPayloadAsBytes(), StandardCharsets.UTF_8),
                            got.getQos().getCode(),
                            got.isRetain())));
            Mqtt5ConnectBuilder connect = Mqtt5Connect.builder()
                    .cleanStart(!wishes.staying)
                    .sessionExpiryInterval(wishes.staying ? EXPIRY_SECONDS : 0);
            if (wishes.willTopic != null) {
                connect = connect.willPublish()
                        .topic(wishes.willTopic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload("gone".getBytes(StandardCharsets.UTF_8))
                        .applyWillPublish();
            }
            sessionPresent = get(client.connect(connect.build())).isSessionPresent();
        }

        @Override
        boolean sessionPresent() {
            return sessionPresent;
        }

        @Override
        int subscribe(String filter, int qos) throws Exception {
            return get(client.subscribeWith().topicFilter(filter).qos(qos(qos)).send())
                    .getReasonCodes()
                    .get(0)
                    .getCode();
        }

        @Override
        void publish(String topic, String payload, int qos, boolean retain) throws Exception {
            get(client.publishWith()
                    .topic(topic)
                    .qos(qos(qos))
                    .retain(retain)
                    .payload(payload.getBytes(StandardCharsets.UTF_8))
                    .send());
        }

        @Override
        void leave() throws Exception {
            get(client.disconnect());
        }
    }
}
