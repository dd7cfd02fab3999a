package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.access.Authenticator.Verdict;
import io.fieldmouse.broker.access.Identity;
import io.fieldmouse.broker.connection.Connection.Phase;
import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.ReasonCode;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who a client is by its certificate, or by the user name and password of its CONNECT. What it takes to check a password is done
 * elsewhere, and the lane goes on meanwhile.
 */
final class Login {
    private static final byte[] NO_PASSWORD = {};

    private final Connection connection;
    private final Shared shared;
    private final String clientId;
    private final Consumer<Identity> admitted;

    /** @param admitted told who it is, on the connection's lane; not told when the client is refused or gone */
    Login(Connection connection, Shared shared, String clientId, Consumer<Identity> admitted) {
        this.connection = connection;
        this.shared = shared;
        this.clientId = clientId;
        this.admitted = admitted;
    }

    void begin(MqttConnectPayload payload) {
        String certified = connection.certificateUser();
        if (certified != null) {
            admitted.accept(Identity.byCertificate(certified, clientId)); // whatever name it gives beside
            return;
        }
        String userName = payload.userName();
        if (userName == null || !shared.access().hasPasswords()) {
            admitNameless(userName);
            return;
        }
        byte[] password = payload.passwordInBytes();
        Lane lane = connection.lane();
        shared.authenticator()
                .verify(
                        userName,
                        password == null ? NO_PASSWORD : password,
                        connection.channel()::isActive,
                        verdict -> lane.execute(() -> verified(userName, verdict)));
    }

    /** A name that nobody can check is worth no more than none. */
    private void admitNameless(@Nullable String userName) {
        if (shared.anonymous().admits(connection.channel().remoteAddress())) {
            admitted.accept(Identity.anonymous(clientId));
            return;
        }
        shared.counters().add(Counter.REFUSED_LOGIN);
        String words = userName == null ? "no user name" : "a user name, and no password file to check it";
        connection.refuse(ReasonCode.NOT_AUTHORIZED, words);
    }

    private void verified(String userName, Verdict verdict) {
        if (connection.phase() != Phase.CONNECTING || !connection.channel().isActive()) {
            return; // the client has gone in the meantime
        }
        if (verdict.shown() == null) {
            // Whether there is such a user is not told.
            boolean busy = verdict.reason() == ReasonCode.SERVER_BUSY;
            connection.refuse(verdict.reason(), busy ? "too many log in now; try again later" : "wrong credentials");
            return;
        }
        admitted.accept(Identity.byPassword(userName, clientId, verdict.shown()));
    }
}
