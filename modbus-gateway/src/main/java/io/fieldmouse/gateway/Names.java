package io.fieldmouse.gateway;

import io.fieldmouse.gateway.reading.TopicTemplate;
import io.fieldmouse.gateway.yaml.YamlMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Reads names, and refuses that one of a kind is used twice. */
final class Names<K> {
    private record Use(YamlMap map, int line) {}

    private final Map<K, Use> uses = new HashMap<>();

    /** The name at this key, as typed even when it is not allowed; empty when there is none. */
    static String read(YamlMap map, String key, Predicate<String> reserved) {
        String name = map.needText(key, "needs a name");
        if (map.flawed(key)) {
            return name;
        }
        if (!TopicTemplate.isName(name)) {
            map.problem(
                    key,
                    '"' + name + '"',
                    "allowed: up to " + TopicTemplate.NAME_LENGTH_MAX
                            + " of a-z, 0-9, _ and -, as it is part of a topic");
        } else if (reserved.test(name)) {
            map.problem(key, '"' + name + '"', "which is a reserved word: choose another name");
        }
        return name;
    }

    /** Notes the use of what was read at this key, and reports when another map used the same. */
    void unique(K value, YamlMap map, String key, String shown, String advice) {
        if (map.flawed(key)) {
            return;
        }
        Use first = uses.putIfAbsent(value, new Use(map, map.line(key)));
        if (first != null) {
            map.problem(key, shown + ", as in " + first.map().path() + " on line " + first.line(), advice);
        }
    }
}
