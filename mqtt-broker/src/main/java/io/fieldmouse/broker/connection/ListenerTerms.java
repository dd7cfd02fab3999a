package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.access.AnonymousRule;
import java.net.SocketAddress;

/**
 * What a listener is opened with.
 *
 * @param name for the log
 * @param webSocket whether MQTT is spoken in WebSocket frames here
 * @param limits of its connections
 * @param anonymous from where clients without a name may connect to it
 */
public record ListenerTerms(
        String name, SocketAddress address, boolean webSocket, Limits limits, AnonymousRule anonymous) {}
