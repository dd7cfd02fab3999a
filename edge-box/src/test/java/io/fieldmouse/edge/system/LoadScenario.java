package io.fieldmouse.edge.system;

import io.fieldmouse.edge.bench.LoadClient;
import io.fieldmouse.edge.bench.LoadGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What clients do to a broker, over and over. */
interface LoadScenario {
    /** Connects and prepares; returns when all is in place. */
    void begin(LoadGenerator load) throws IOException;

    /** Asks for more work, as much as the broker has done since. */
    void drive(LoadGenerator load) throws IOException;

    /** Deliveries, or connections, since the start. */
    long done();

    /**
     * Publishers and subscribers in groups; what a publisher says, all subscribers of its group receive. So many messages
     * may be on their way that the broker is busy, and so few that it need not drop any.
     *
     * @param groups that know nothing of each other
     * @param publishers of a group
     * @param subscribers of a group
     * @param payloadBytes of a message
     * @param chopped whether packets come in pieces
     */
    record Shape(int groups, int publishers, int subscribers, int qos, int payloadBytes, boolean chopped) {
        private static final int WINDOW = 10;

        /** Messages of a group that may be on their way. */
        long inWindow() {
            return (long) WINDOW * publishers;
        }
    }

    /** Messages through groups of a shape. */
    final class Messages implements LoadScenario {
        private final Shape shape;
        private final List<Group> groups = new ArrayList<>();

        Messages(Shape shape) {
            this.shape = shape;
        }

        private static final class Group {
            final LoadClient.Tally published = new LoadClient.Tally();
            final LoadClient.Tally received = new LoadClient.Tally();
            final List<LoadClient> publishers = new ArrayList<>();
            final String topic;
            final byte[] publish;
            long sent;

            Group(String topic, Shape shape) {
                this.topic = topic;
                this.publish = LoadGenerator.publish(topic, shape.qos, false, shape.payloadBytes);
            }
        }

        @Override
        public void begin(LoadGenerator load) throws IOException {
            for (int i = 0; i < shape.groups; i++) {
                Group group = new Group("load/" + i, shape);
                groups.add(group);
                for (int s = 0; s < shape.subscribers; s++) {
                    load.open(group.received).send(LoadGenerator.subscribe(group.topic, shape.qos));
                }
                for (int p = 0; p < shape.publishers; p++) {
                    group.publishers.add(load.open(group.published));
                }
                load.await(() -> group.received.answers == 2L * shape.subscribers, "subscribing");
                load.await(() -> group.published.answers == shape.publishers, "connecting");
                if (shape.chopped) {
                    group.publishers.forEach(LoadClient::chop);
                }
            }
        }

        @Override
        public void drive(LoadGenerator load) throws IOException {
            for (Group group : groups) {
                while (hasRoom(group)) {
                    for (LoadClient publisher : group.publishers) {
                        if (shape.qos == 0) {
                            publisher.send(group.publish);
                        } else {
                            publisher.send(group.publish, LoadGenerator.packetIdAt(group.topic));
                        }
                    }
                    group.sent += shape.publishers;
                }
            }
            load.turn();
        }

        private boolean hasRoom(Group group) {
            long window = shape.inWindow();
            boolean delivered = group.sent * shape.subscribers - group.received.delivered < window * shape.subscribers;
            return delivered && (shape.qos == 0 || group.sent - group.published.acknowledged < window);
        }

        @Override
        public long done() {
            return groups.stream().mapToLong(group -> group.received.delivered).sum();
        }
    }

    /** Subscribers who want all there is, one after the other. */
    final class Retained implements LoadScenario {
        private static final int PAYLOAD_BYTES = 64;

        private final int topics;
        private long earlier;
        private LoadClient.Tally current = new LoadClient.Tally();

        Retained(int topics) {
            this.topics = topics;
        }

        @Override
        public void begin(LoadGenerator load) throws IOException {
            LoadClient.Tally keeper = new LoadClient.Tally();
            LoadClient publisher = load.open(keeper);
            for (int i = 0; i < topics; i++) {
                publisher.send(LoadGenerator.publish("kept/" + i % 100 + "/" + i, 0, true, PAYLOAD_BYTES));
            }
            publisher.send(LoadGenerator.pingreq());
            load.await(() -> keeper.answers == 2, "retaining");
        }

        @Override
        public void drive(LoadGenerator load) throws IOException {
            LoadClient subscriber = load.open(current);
            subscriber.send(LoadGenerator.subscribe("#", 0));
            load.await(() -> current.delivered >= topics, "all that is retained");
            subscriber.send(LoadGenerator.disconnect());
            load.await(() -> current.closed == 1, "leaving");
            earlier += current.delivered;
            current = new LoadClient.Tally();
        }

        @Override
        public long done() {
            return earlier + current.delivered;
        }
    }

    /** Clients that connect, and leave again. */
    final class Connections implements LoadScenario {
        private final int atOnce;
        private long done;

        Connections(int atOnce) {
            this.atOnce = atOnce;
        }

        @Override
        public void begin(LoadGenerator load) {
            // nothing has to be there
        }

        @Override
        public void drive(LoadGenerator load) throws IOException {
            LoadClient.Tally tally = new LoadClient.Tally();
            for (int i = 0; i < atOnce; i++) {
                load.open(tally).send(LoadGenerator.disconnect());
            }
            load.await(() -> tally.closed == atOnce, "connecting and leaving");
            if (tally.answers != atOnce) {
                throw new IOException("of " + atOnce + " clients, " + tally.answers + " were welcome");
            }
            done += atOnce;
        }

        @Override
        public long done() {
            return done;
        }
    }
}
