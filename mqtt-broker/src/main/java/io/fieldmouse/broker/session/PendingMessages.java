package io.fieldmouse.broker.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Messages of one session that have yet to be sent, in the order of their arrival. */
final class PendingMessages {
    private final Deque<QueuedMessage> messages = new ArrayDeque<>();
    private int qos0;

    void add(QueuedMessage message) {
        // [MQTT-4.6.0-5], [MQTT-4.6.0-6], [MQTT-4.6.0-5 of 3.1.1], [MQTT-4.6.0-6 of 3.1.1]
        messages.add(message);
        if (!message.qos.isAcknowledged()) {
            qos0++;
        }
    }

    /** The one that has waited longest; there must be one. */
    QueuedMessage take() {
        QueuedMessage message = messages.remove();
        if (!message.qos.isAcknowledged()) {
            qos0--;
        }
        return message;
    }

    /** Takes out those, in order; the others stay as they are. */
    void takeThose(Predicate<QueuedMessage> chosen, Consumer<QueuedMessage> action) {
        for (int left = messages.size(); left > 0; left--) {
            QueuedMessage message = take();
            if (chosen.test(message)) {
                action.accept(message);
            } else {
                add(message);
            }
        }
    }

    @Nullable
    QueuedMessage peek() {
        return messages.peek();
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    boolean holdsQos0() {
        return qos0 > 0;
    }

    void forEach(Consumer<QueuedMessage> action) {
        messages.forEach(action);
    }
}
