package io.fieldmouse.broker.connection;

import java.net.SocketAddress;

/**
 * What a listener is opened with.
 *
 * @param name for the log
 * @param webSocket whether MQTT is spoken in WebSocket frames here
 * @param limits of its connections
 */
public record ListenerTerms(String name, SocketAddress address, boolean webSocket, Limits limits) {}
