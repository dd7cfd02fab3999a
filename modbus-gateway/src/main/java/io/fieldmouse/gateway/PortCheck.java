package io.fieldmouse.gateway;

import io.fieldmouse.gateway.link.PortUnavailable;
import io.fieldmouse.gateway.link.SerialLink;
import io.fieldmouse.gateway.link.SerialSettings;
import java.util.Optional;

/**
 * Looks at the serial ports while the configuration is read, so that a port that cannot be used is told with file and
 * line. Not for a box that starts by itself: there an adapter may come later, and its bus tries until it is there.
 */
public interface PortCheck {

    /** What prevents the use of this port, and what to do; empty when nothing does. */
    Optional<String> objection(SerialSettings serial);

    /** Does not look. */
    static PortCheck none() {
        return serial -> Optional.empty();
    }

    /** Opens each port and closes it at once: missing, forbidden and used ones are found, and settings it refuses. */
    static PortCheck byOpening() {
        return serial -> {
            try {
                SerialLink.open(serial).close();
                return Optional.empty();
            } catch (PortUnavailable e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        };
    }
}
