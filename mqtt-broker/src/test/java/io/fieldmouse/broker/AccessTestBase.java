package io.fieldmouse.broker;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.RawClient;
import java.util.stream.Stream;

/** A broker with the users alice and bob, whose password is "secret", and with the access rules of the test. */
abstract class AccessTestBase extends BrokerTestBase {

    /** What every test of the class begins with. */
    abstract String[] rules();

    AccessFiles files() {
        return new AccessFiles(directory);
    }

    @Override
    String[] settings() {
        files().users(AccessFiles.ALICE, AccessFiles.BOB).rules(rules());
        return withFilesAndAlso();
    }

    /** The files as they are, and other settings. */
    String[] withFilesAndAlso(String... more) {
        return Stream.concat(
                        Stream.of(
                                "password_file",
                                files().passwords(),
                                "acl_file",
                                files().acl(),
                                "anonymous",
                                "loopback"),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    RawClient as(String user, Connect connect) {
        return open(connect.level()).connected(connect.login(user, "secret"));
    }

    RawClient as(String user, int level, String clientId) {
        return as(user, Connect.as(level, clientId));
    }

    RawClient durableAs(String user, int level, String clientId) {
        return as(user, Connect.as(level, clientId).durable());
    }

    /** Publishes until the answer is this one: then rules that have changed are in force. */
    static void awaitAnswer(RawClient publisher, String topic, int reason) {
        await("PUBACK with " + reason, () -> publisher.publish(topic, "probe", 1) == reason);
    }
}
