package io.fieldmouse.edge.system;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3ConnectBuilder;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAck;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
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

    private boolean sessionPresent;

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
        HiveMqPeer peer = version == 5
                ? new Five(builder.useMqttVersion5().buildAsync())
                : new Three(builder.useMqttVersion3().buildAsync());
        peer.sessionPresent = get(peer.beginConnect(wishes));
        return peer;
    }

    /** Whether the broker knew it. */
    boolean sessionPresent() {
        return sessionPresent;
    }

    /** Returns the granted QoS. */
    int subscribe(String filter, int qos) throws Exception {
        return get(beginSubscribe(filter, qos(qos)));
    }

    /** Returns when the exchange is complete. */
    void publish(String topic, String payload, int qos, boolean retain) throws Exception {
        get(beginPublish(topic, bytes(payload), qos(qos), retain));
    }

    void leave() throws Exception {
        get(beginDisconnect());
    }

    /** Completes with whether the broker knew it. */
    abstract CompletableFuture<Boolean> beginConnect(Wishes wishes);

    /** Completes with the granted QoS. */
    abstract CompletableFuture<Integer> beginSubscribe(String filter, MqttQos qos);

    abstract CompletableFuture<?> beginPublish(String topic, byte[] payload, MqttQos qos, boolean retain);

    abstract CompletableFuture<?> beginDisconnect();

    final void keep(MqttTopic topic, byte[] payload, MqttQos qos, boolean retain) {
        inbox.add(new Received(topic.toString(), new String(payload, StandardCharsets.UTF_8), qos.getCode(), retain));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static MqttQos qos(int number) {
        return Objects.requireNonNull(MqttQos.fromCode(number));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** By MQTT 3.1.1. */
    private static final class Three extends HiveMqPeer {
        private final Mqtt3AsyncClient client;

        Three(Mqtt3AsyncClient client) {
            this.client = client;
            client.publishes(
                    MqttGlobalPublishFilter.ALL,
                    got -> keep(got.getTopic(), got.getPayloadAsBytes(), got.getQos(), got.isRetain()));
        }

        @Override
        CompletableFuture<Boolean> beginConnect(Wishes wishes) {
            Mqtt3ConnectBuilder connect = Mqtt3Connect.builder().cleanSession(!wishes.staying);
            if (wishes.willTopic != null) {
                connect = connect.willPublish(Mqtt3Publish.builder()
                        .topic(wishes.willTopic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(bytes("gone"))
                        .build());
            }
            return client.connect(connect.build()).thenApply(Mqtt3ConnAck::isSessionPresent);
        }

        @Override
        CompletableFuture<Integer> beginSubscribe(String filter, MqttQos qos) {
            return client.subscribeWith().topicFilter(filter).qos(qos).send().thenApply(ack -> ack.getReturnCodes()
                    .get(0)
                    .getCode());
        }

        @Override
        CompletableFuture<?> beginPublish(String topic, byte[] payload, MqttQos qos, boolean retain) {
            return client.publishWith()
                    .topic(topic)
                    .qos(qos)
                    .retain(retain)
                    .payload(payload)
                    .send();
        }

        @Override
        CompletableFuture<?> beginDisconnect() {
            return client.disconnect();
        }
    }

    /** By MQTT 5. */
    private static final class Five extends HiveMqPeer {
        private final Mqtt5AsyncClient client;

        Five(Mqtt5AsyncClient client) {
            this.client = client;
            client.publishes(
                    MqttGlobalPublishFilter.ALL,
                    got -> keep(got.getTopic(), got.getPayloadAsBytes(), got.getQos(), got.isRetain()));
        }

        @Override
        CompletableFuture<Boolean> beginConnect(Wishes wishes) {
            Mqtt5ConnectBuilder connect = Mqtt5Connect.builder()
                    .cleanStart(!wishes.staying)
                    .sessionExpiryInterval(wishes.staying ? EXPIRY_SECONDS : 0);
            if (wishes.willTopic != null) {
                connect = connect.willPublish(Mqtt5Publish.builder()
                        .topic(wishes.willTopic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(bytes("gone"))
                        .build());
            }
            return client.connect(connect.build()).thenApply(Mqtt5ConnAck::isSessionPresent);
        }

        @Override
        CompletableFuture<Integer> beginSubscribe(String filter, MqttQos qos) {
            return client.subscribeWith().topicFilter(filter).qos(qos).send().thenApply(ack -> ack.getReasonCodes()
                    .get(0)
                    .getCode());
        }

        @Override
        CompletableFuture<?> beginPublish(String topic, byte[] payload, MqttQos qos, boolean retain) {
            return client.publishWith()
                    .topic(topic)
                    .qos(qos)
                    .retain(retain)
                    .payload(payload)
                    .send();
        }

        @Override
        CompletableFuture<?> beginDisconnect() {
            return client.disconnect();
        }
    }
}
