package io.fieldmouse.edge.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Publishers of QoS 1, each with a message in flight, or none: the next one leaves with the acknowledgement. */
final class Publishers {
    static final int PAYLOAD_BYTES = 100;

    private final LoadGenerator load;
    private final List<Publisher> all = new ArrayList<>();

    private static final class Publisher {
        final LoadClient client;
        final byte[][] packets;
        final LoadClient.Tally tally;
        int next;
        long sent;

        Publisher(LoadClient client, byte[][] packets, LoadClient.Tally tally) {
            this.client = client;
            this.packets = packets;
            this.tally = tally;
        }
    }

    private Publishers(LoadGenerator load) {
        this.load = load;
    }

    /**
     * Connects them.
     *
     * @param topics that they publish to in turn, each beginning at another one
     */
    static Publishers connect(LoadGenerator load, int count, List<String> topics, boolean retain) throws IOException {
        byte[][] packets = topics.stream()
                .map(topic -> LoadGenerator.publish(topic, 1, retain, PAYLOAD_BYTES))
                .toArray(byte[][]::new);
        Publishers publishers = new Publishers(load);
        for (int i = 0; i < count; i++) {
            LoadClient.Tally tally = new LoadClient.Tally();
            Publisher publisher = new Publisher(load.open(tally), packets, tally);
            publisher.next = i * packets.length / count;
            publishers.all.add(publisher);
        }
        load.await(() -> publishers.all.stream().allMatch(one -> one.tally.answers == 1), "CONNACK for all publishers");
        return publishers;
    }

    /** Messages acknowledged since the start. */
    long acknowledged() {
        return all.stream().mapToLong(publisher -> publisher.tally.acknowledged).sum();
    }

    /** Publishes without a pause; returns when all is acknowledged. Messages acknowledged in a second. */
    double rate(Duration time) throws IOException {
        long before = acknowledged();
        long begun = System.nanoTime();
        long end = begun + time.toNanos();
        while (System.nanoTime() < end) {
            publishWhoMay();
            load.turn();
        }
        double rate = (acknowledged() - before) * 1e9 / (System.nanoTime() - begun);
        awaitAll();
        return rate;
    }

    /** One message of each; returns when all are acknowledged. */
    void once() throws IOException {
        publishWhoMay();
        awaitAll();
    }

    private void awaitAll() throws IOException {
        load.await(() -> all.stream().allMatch(one -> one.tally.acknowledged == one.sent), "PUBACK for all messages");
    }

    private void publishWhoMay() throws IOException {
        for (Publisher publisher : all) {
            if (publisher.tally.closed > 0) {
                throw new IOException("the broker has closed a publisher: its queue, or its memory, is full");
            }
            if (publisher.tally.acknowledged == publisher.sent) {
                byte[] packet = publisher.packets[publisher.next];
                publisher.next = (publisher.next + 1) % publisher.packets.length;
                publisher.client.send(packet, packetIdAt(packet));
                publisher.sent++;
            }
        }
    }

    private static int packetIdAt(byte[] packet) {
        return packet.length - PAYLOAD_BYTES - 2;
    }

    void close() throws IOException {
        for (Publisher publisher : all) {
            publisher.client.close();
        }
    }
}
