package io.fieldmouse.gateway.reading;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a gateway's topics are. Draws the tree:
 *
 * <pre>
 * root/gateway/availability        online | offline
 * root/DEVICE/availability         online | offline
 * root/DEVICE/POINT                readings
 * root/DEVICE/POINT/set            commands in
 * root/DEVICE/POINT/set/result     answers to commands that name no other topic
 * </pre>
 *
 * @param root one or more topic levels, such as {@code fieldmouse/plant-1}
 */
public record TopicTemplate(String root) {
    /** Characters a root or a name may have: a whole topic then stays far below MQTT's 65,535 bytes. */
    public static final int ROOT_LENGTH_MAX = 200;

    public static final int NAME_LENGTH_MAX = 64;

    /** The word that stands in the place of a device for the gateway itself. */
    public static final String GATEWAY = "gateway";

    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1," + NAME_LENGTH_MAX + "}");
    private static final Pattern ROOT = Pattern.compile("[^/+#$\\x00-\\x1f][^/+#\\x00-\\x1f]*(/[^/+#\\x00-\\x1f]+)*");
    private static final String AVAILABILITY = "availability";
    private static final String SET = "set";

    public TopicTemplate {
        if (!isRoot(root)) {
            throw new IllegalArgumentException("not a topic root: " + root);
        }
    }

    /** A device and a point, as a topic names them. */
    public record PointName(String device, String point) {}

    /** Whether readings can be published below it: levels that are not empty, without wildcards, not starting with $. */
    public static boolean isRoot(String root) {
        return root.length() <= ROOT_LENGTH_MAX && ROOT.matcher(root).matches();
    }

    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Names that would collide with the gateway's own topics. */
    public static boolean isReservedForDevice(String name) {
        return name.equals(GATEWAY);
    }

    /** Names that would collide with a device's other topics. */
    public static boolean isReservedForPoint(String name) {
        return name.equals(AVAILABILITY) || name.equals(SET);
    }

    public String reading(String device, String point) {
        return root + "/" + device + "/" + point;
    }

    public String availability(String device) {
        return root + "/" + device + "/" + AVAILABILITY;
    }

    public String gatewayAvailability() {
        return availability(GATEWAY);
    }

    /** The topic filter of all commands. */
    public String commands() {
        return root + "/+/+/" + SET;
    }

    /**
     * The topic filter of what was meant as a command and names no point. Not of what has a level too many: that may be a
     * command to a gateway whose root is below this one.
     */
    public String commandsWithoutPoint() {
        return root + "/+/" + SET;
    }

    public String result(PointName name) {
        return reading(name.device(), name.point()) + "/" + SET + "/result";
    }

    /** What a command's topic is about; empty when it is not a command's topic below this root. */
    public Optional<PointName> command(String topic) {
        if (!isBelowRoot(topic)) {
            return Optional.empty();
        }
        String[] levels = topic.substring(root.length() + 1).split("/", -1);
        return levels.length == 3 && levels[2].equals(SET)
                ? Optional.of(new PointName(levels[0], levels[1]))
                : Optional.empty();
    }

    public boolean isBelowRoot(String topic) {
        return topic.startsWith(root + "/");
    }
}
