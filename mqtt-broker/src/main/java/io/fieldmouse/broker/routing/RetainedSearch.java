package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.TopicFilter;
import io.fieldmouse.broker.session.Replay;
import io.fieldmouse.broker.session.Subscription;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Replay} from the retained messages: goes through the topics in their order and stands at one of them between
 * two turns. It belongs to the session's lane; the topics change under it, which it does not mind.
 */
final class RetainedSearch implements Replay {
    /** Looked at in one go: some tens of microseconds, so that a lane stands still for nobody's search. */
    private static final int TOPICS_AT_ONCE = 100;

    private final RetainedMessages retained;
    private final Subscription subscription;
    private final long number;
    private final Set<String> topicsOnTheirWay;
    private final WallClock clock;
    private final String prefix;
    private final boolean wildcard;
    private long nextMessageId;
    private @Nullable String position;
    private @Nullable Publication found;
    private boolean again;
    private boolean atEnd;

    /**
     * @param number of the subscription: what it receives live is not found
     * @param topicsOnTheirWay what the session already holds newer messages of
     * @param firstMessageId of a block that is as large as there are retained messages now: later ones come live
     */
    RetainedSearch(
            RetainedMessages retained,
            Subscription subscription,
            long number,
            Set<String> topicsOnTheirWay,
            WallClock clock,
            long firstMessageId) {
        this.retained = retained;
        this.subscription = subscription;
        this.number = number;
        this.topicsOnTheirWay = topicsOnTheirWay;
        this.clock = clock;
        this.nextMessageId = firstMessageId;
        this.wildcard = TopicFilter.hasWildcard(subscription.filter());
        this.prefix = TopicFilter.literalPrefix(subscription.filter());
    }

    @Override
    public Subscription subscription() {
        return subscription;
    }

    @Override
    public boolean search() {
        for (int i = 0; i < TOPICS_AT_ONCE && found == null && !atEnd; i++) {
            String topic = again ? position : nextTopic();
            again = false;
            position = topic;
            if (topic == null) {
                atEnd = true;
            } else if (TopicFilter.matches(subscription.filter(), topic)
                    && !topicsOnTheirWay.contains(topic)
                    && subscription.session().mayRead(topic)) {
                found = retained.unlessLive(topic, clock.millis(), number);
            }
        }
        return found != null || atEnd;
    }

    private @Nullable String nextTopic() {
        if (!wildcard) {
            return position == null ? subscription.filter() : null;
        }
        return retained.topicAfter(position, prefix);
    }

    @Override
    public @Nullable Publication found() {
        return found;
    }

    @Override
    public void putBack() {
        again = found != null;
        found = null;
    }

    @Override
    public long take() {
        found = null;
        return nextMessageId++;
    }
}
