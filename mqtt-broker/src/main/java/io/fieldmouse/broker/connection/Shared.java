package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.access.AccessControl;
import io.fieldmouse.broker.access.AnonymousRule;
import io.fieldmouse.broker.access.AuthenticationMethods;
import io.fieldmouse.broker.access.Authenticator;
import io.fieldmouse.broker.access.WaysIn;
import io.fieldmouse.broker.lane.Lanes;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.TopicName;
import io.fieldmouse.broker.routing.Router;
import io.fieldmouse.broker.session.ByteBudget;
import io.fieldmouse.broker.session.SessionRegistry;
import java.util.List;

/**
 * What all connections of a listener share, and but for limits and room those of the other listeners too.
 *
 * @param budget for what flows from and to clients
 * @param strangers for what connections make the broker hold before their CONNECT is accepted
 * @param room for connections
 * @param rate of new connections
 * @param anonymous from where clients without a name may connect
 * @param waysIn at all listeners
 * @param registries one for each lane, in the order of their index
 */
public record Shared(
        Limits limits,
        Lanes lanes,
        List<SessionRegistry> registries,
        Router router,
        WallClock clock,
        Counters counters,
        ByteBudget budget,
        ByteBudget strangers,
        ConnectionRoom room,
        ConnectionRate rate,
        AccessControl access,
        Authenticator authenticator,
        AuthenticationMethods authenticationMethods,
        AnonymousRule anonymous,
        WaysIn waysIn) {

    /** Counts a topic, or the topic of a filter, that is refused for its levels; others are refused for something else. */
    void countIfTooDeep(String topic) {
        if (TopicName.levels(topic) > limits.topicLevelsMax()) {
            counters.add(Counter.REFUSED_TOPIC_LEVELS);
        }
    }

    /** For a listener with limits of its own, and a rule for clients without a name. */
    Shared at(Limits own, AnonymousRule nameless) {
        return new Shared(
                own,
                lanes,
                registries,
                router,
                clock,
                counters,
                budget,
                strangers,
                room.partOf(own.connectionsMax()),
                rate,
                access,
                authenticator,
                authenticationMethods,
                nameless,
                waysIn);
    }
}
