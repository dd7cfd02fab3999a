package io.fieldmouse.edge.bench;

import java.io.IOException;

/** A persistent session whose client is away, but for now and then. */
final class AwaySession {
    private static final String CLIENT_ID = "away";
    private static final int QOS = 1;

    private final LoadGenerator load;
    private final LoadClient.Tally tally = new LoadClient.Tally();

    private AwaySession(LoadGenerator load) {
        this.load = load;
    }

    /** Subscribes, and leaves. */
    static AwaySession begin(LoadGenerator load, String filter) throws IOException {
        AwaySession session = new AwaySession(load);
        LoadClient client = session.connect(false);
        client.send(LoadGenerator.subscribe(filter, QOS));
        session.load.await(() -> session.tally.answers == 2, "SUBACK");
        session.leave(client);
        return session;
    }

    /** Comes back, acknowledges what waited until it has had so many in all, and leaves. */
    void take(long messages) throws IOException {
        LoadClient client = connect(false);
        load.await(() -> tally.delivered >= messages, "what waited for the client that is back");
        leave(client);
    }

    /** With all that waits. */
    void end() throws IOException {
        leave(connect(true));
    }

    private LoadClient connect(boolean cleanSession) throws IOException {
        tally.answers = 0;
        LoadClient client = load.open(tally, CLIENT_ID, cleanSession);
        load.await(() -> tally.answers == 1, "CONNACK");
        return client;
    }

    private void leave(LoadClient client) throws IOException {
        long closed = tally.closed;
        client.send(LoadGenerator.disconnect());
        load.await(() -> tally.closed > closed, "the end of the connection");
    }
}
