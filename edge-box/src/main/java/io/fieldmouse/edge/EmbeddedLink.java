package io.fieldmouse.edge;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.LocalClient;
import io.fieldmouse.broker.message.ForwardedProperties;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.gateway.publish.BrokerLink;
import io.fieldmouse.gateway.publish.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's way to the broker of the same process. It is up from the moment it is opened until it is closed: there
 * is no network to lose, and the broker outlives it.
 */
final class EmbeddedLink implements BrokerLink {

    private static final int PAYLOAD_FORMAT_NONE = -1;

    private final Broker broker;
    private final List<String> topicFilters = new ArrayList<>();
    private @Nullable LocalClient client;
    private @Nullable LinkMessage lastWords;

    EmbeddedLink(Broker broker) {
        this.broker = broker;
    }

    @Override
    public void open(LinkMessage will, Listener listener) {
        synchronized (this) {
            lastWords = will;
            // A client id that nobody guesses: a connection under the same one would take this session over.
            client = broker.localClient(
                    "fieldmouse-" + UUID.randomUUID(),
                    (topic, payload, retain, properties) ->
                            listener.received(message(topic, payload, retain, properties)));
            topicFilters.forEach(client::subscribe);
        }
        listener.connected();
    }

    @Override
    public boolean publish(LinkMessage message) {
        LocalClient open = client();
        return open != null
                && open.publish(
                        message.topic(),
                        message.payload(),
                        Qos.of(message.qos()),
                        message.retain(),
                        new ForwardedProperties(
                                PAYLOAD_FORMAT_NONE,
                                null,
                                message.responseTopic(),
                                message.correlationData(),
                                message.userProperties()));
    }

    @Override
    public synchronized void subscribe(String topicFilter) {
        topicFilters.add(topicFilter);
        if (client != null) {
            client.subscribe(topicFilter);
        }
    }

    @Override
    public void close() {
        LocalClient open = client();
        if (open == null) {
            return;
        }
        LinkMessage will;
        synchronized (this) {
            will = lastWords;
            lastWords = null;
        }
        if (will != null) {
            publish(will);
        }
        open.close();
    }

    private synchronized @Nullable LocalClient client() {
        return client;
    }

    private static LinkMessage message(String topic, byte[] payload, boolean retain, ForwardedProperties properties) {
        // Subscribed at QoS 1.
        return new LinkMessage(
                topic,
                payload,
                1,
                retain,
                properties.responseTopic(),
                properties.correlationData(),
                properties.userProperties());
    }
}
