package io.fieldmouse.gateway.yaml;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A map of a configuration file, asked for its values by key and type. A method without an {@code otherwise} requires
 * its key. What is missing or wrong is recorded at its place and answered by a stand-in that lies in the allowed range
 * (see {@link YamlReader}); {@link #flawed} tells the two apart where a later check would only repeat the complaint.
 */
public final class YamlMap {
    /** Elements a list may have. */
    static final int LIST_LENGTH_MAX = 10_000;

    /** Characters of a wrong value that a message repeats. */
    private static final int FOUND_LENGTH_MAX = 60;

    private static final Pattern ENVIRONMENT = Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

    private final YamlReader reader;
    private final String file;
    private final String path;
    private final Optional<Mark> start;
    private final boolean excused;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();
    private final Set<String> leftToOthers = new HashSet<>();
    private final Set<String> flawed = new HashSet<>();
    /** What was said because a key is not there: taken back when an unknown key turns out to be that key, mistyped. */
    private final Map<String, ConfigProblem> missing = new LinkedHashMap<>();

    private final Map<String, YamlMap> missingSections = new LinkedHashMap<>();

    private YamlMap(YamlReader reader, String file, String path, Optional<Mark> start, boolean excused) {
        this.reader = reader;
        this.file = file;
        this.path = path;
        this.start = start;
        this.excused = excused;
    }

    /** @param excused it stands for a map that was complained about: that its keys are missing goes without saying */
    static YamlMap empty(YamlReader reader, String file, String path, Optional<Mark> start, boolean excused) {
        return new YamlMap(reader, file, path, start, excused);
    }

    static YamlMap of(YamlReader reader, String file, String path, MappingNode mapping) {
        YamlMap map = new YamlMap(reader, file, path, mapping.getStartMark(), false);
        for (NodeTuple tuple : mapping.getValue()) {
            map.add(tuple.getKeyNode(), tuple.getValueNode());
        }
        return map;
    }

    private void add(Node keyNode, Node valueNode) {
        if (!(keyNode instanceof ScalarNode scalar)) {
            reader.report(file, keyNode.getStartMark(), path, kind(keyNode) + " as a key", "write a word");
            return;
        }
        String key = scalar.getValue();
        Node first = keys.putIfAbsent(key, keyNode);
        if (first == null) {
            values.put(key, valueNode);
        } else {
            String found = "the key a second time, first on line " + lineOf(first);
            reader.report(file, keyNode.getStartMark(), pathOf(key), found, "remove one of the two");
        }
    }

    /** Where this map stands, such as {@code devices[3]}; empty at the top of the file. */
    public String path() {
        return path;
    }

    /** The keys as written, in order. For maps whose keys are the user's names; asking for it makes every key known. */
    public Set<String> keys() {
        asked.addAll(keys.keySet());
        return new LinkedHashSet<>(keys.keySet());
    }

    /** Whether the key is there, even without a value. */
    public boolean has(String key) {
        asked.add(key);
        return keys.containsKey(key);
    }

    /** The line of this key, or of the map when the key is missing. */
    public int line(String key) {
        return mark(key).map(mark -> mark.getLine() + 1).orElse(0);
    }

    /** Whether a problem was recorded for this key (a missing required one included): its value is a stand-in. */
    public boolean flawed(String key) {
        return flawed.contains(key);
    }

    /** These keys belong to another reader of the same file. */
    public void leaveToOthers(Set<String> others) {
        leftToOthers.addAll(others);
    }

    /** Records a problem of the caller's own at this key. */
    public void problem(String key, String found, String advice) {
        flawed.add(key);
        if (!excused) {
            reader.report(file, mark(key), pathOf(key), found, advice);
        }
    }

    /** Records something at this key that may be meant as it stands, but is more likely not. */
    public void warning(String key, String found, String advice) {
        reader.warn(file, mark(key), pathOf(key), found, advice);
    }

    /** Records a problem of the caller's own with this map as a whole. */
    public void problem(String found, String advice) {
        reader.report(file, start, path, found, advice);
    }

    /** A text that is not empty; the stand-in is empty. */
    public String text(String key) {
        return needText(key, "needs a text");
    }

    /** A text that is not empty, with the caller's words for what is missing without it. */
    public String needText(String key, String advice) {
        return read(key, Optional.empty(), "", advice, text -> Optional.of(text).filter(full -> !full.isEmpty()));
    }

    public String text(String key, String otherwise) {
        return read(key, Optional.of(otherwise), otherwise, "needs a text", Optional::of);
    }

    /** A whole number, decimal or with {@code 0x}; the stand-in is {@code min}. */
    public int wholeNumber(String key, int min, int max) {
        return wholeNumber(key, min, max, Optional.empty());
    }

    /** @param hint what else to say of a text that is refused, such as what was probably meant; empty for nothing */
    public int wholeNumber(String key, int min, int max, UnaryOperator<String> hint) {
        Optional<String> text = scalar(key, false, wholeNumbers(min, max));
        Optional<Integer> number = text.flatMap(typed -> parseWhole(typed, min, max));
        if (text.isPresent() && number.isEmpty()) {
            problem(key, quoted(text.get()), wholeNumbers(min, max) + hint.apply(text.get()));
        }
        return number.orElse(min);
    }

    public int wholeNumber(String key, int min, int max, int otherwise) {
        return wholeNumber(key, min, max, Optional.of(otherwise));
    }

    private int wholeNumber(String key, int min, int max, Optional<Integer> otherwise) {
        return read(key, otherwise, min, wholeNumbers(min, max), text -> parseWhole(text, min, max));
    }

    private static String wholeNumbers(int min, int max) {
        return "allowed: whole numbers from " + min + " to " + max;
    }

    private static Optional<Integer> parseWhole(String text, int min, int max) {
        return NumberText.parseWhole(text)
                .filter(number -> number >= min && number <= max)
                .map(Long::intValue);
    }

    /** A number, with a fraction or without. */
    public double decimal(String key, double min, double max, double otherwise) {
        String allowed = "allowed: numbers from " + NumberText.of(min) + " to " + NumberText.of(max);
        return read(key, Optional.of(otherwise), otherwise, allowed, text -> NumberText.parseDecimal(text)
                .filter(number -> number >= min && number <= max));
    }

    public boolean flag(String key, boolean otherwise) {
        return oneOf(key, Map.of("true", true, "false", false), Optional.of(otherwise), "allowed: true, false");
    }

    /** A duration such as {@code 200ms}, {@code 1s}, {@code 5m} or {@code 24h}. */
    public Duration duration(String key, Duration min, Duration max, Duration otherwise) {
        String allowed =
                "allowed: " + DurationText.of(min) + " to " + DurationText.of(max) + ", with its unit: ms, s, m, h";
        return read(key, Optional.of(otherwise), otherwise, allowed, text -> DurationText.parse(text)
                .filter(duration -> duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0));
    }

    /**
     * One of a closed set of words.
     *
     * @param choices each word and what it stands for, in the order to show; at least one, and the first is the stand-in
     */
    public <T> T oneOf(String key, Map<String, T> choices) {
        return oneOf(key, choices, Optional.empty(), "allowed: " + String.join(", ", choices.keySet()));
    }

    public <T> T oneOf(String key, Map<String, T> choices, T otherwise) {
        return oneOf(key, choices, Optional.of(otherwise), "allowed: " + String.join(", ", choices.keySet()));
    }

    private <T> T oneOf(String key, Map<String, T> choices, Optional<T> otherwise, String allowed) {
        T standIn = otherwise.orElseGet(() -> choices.values().iterator().next());
        Optional<String> typed = scalar(key, otherwise.isPresent(), allowed);
        if (typed.isEmpty()) {
            return standIn;
        }
        T choice = choices.get(typed.get());
        if (choice == null) {
            problem(key, quoted(typed.get()), didYouMean(typed.get(), choices.keySet()) + allowed);
            return standIn;
        }
        return choice;
    }

    /** The map at this key; without the key an empty one, which then misses what is required of it. */
    public YamlMap section(String key) {
        Node node = value(key);
        if (node instanceof MappingNode mapping) {
            return reader.register(of(reader, file, pathOf(key), mapping));
        }
        if (node != null && !isNothing(node)) {
            problem(key, kind(node), "needs keys of its own, indented below it");
        }
        YamlMap section = reader.register(empty(reader, file, pathOf(key), mark(key), excused || flawed(key)));
        missingSections.put(key, section);
        return section;
    }

    /** The list of maps at this key; empty without the key. */
    public List<YamlMap> sections(String key) {
        List<YamlMap> sections = new ArrayList<>();
        for (Node element : elements(key)) {
            String elementPath = pathOf(key) + "[" + sections.size() + "]";
            if (element instanceof MappingNode mapping) {
                sections.add(reader.register(of(reader, file, elementPath, mapping)));
            } else {
                problem(key, kind(element) + " as an element", "write `- key: value` or `- {key: value}`");
            }
        }
        return sections;
    }

    /** The list of texts at this key; empty without the key. */
    public List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (Node element : elements(key)) {
            if (element instanceof ScalarNode scalar && !isNothing(scalar)) {
                withEnvironment(key, scalar.getValue()).ifPresent(texts::add);
            } else {
                problem(key, kind(element) + " as an element", "needs a text");
            }
        }
        return texts;
    }

    private List<Node> elements(String key) {
        Node node = value(key);
        if (node == null || isNothing(node)) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            problem(key, kind(node), "needs a list: lines that begin with `-`");
            return List.of();
        }
        if (sequence.getValue().size() > LIST_LENGTH_MAX) {
            problem(key, sequence.getValue().size() + " elements", "allowed: up to " + LIST_LENGTH_MAX);
            return List.of();
        }
        return sequence.getValue();
    }

    void reportUnknownKeys() {
        Set<String> allowed = new LinkedHashSet<>(asked);
        allowed.addAll(leftToOthers);
        for (String key : keys.keySet()) {
            if (!allowed.contains(key)) {
                reader.report(
                        file,
                        keys.get(key).getStartMark(),
                        pathOf(key),
                        "an unknown key",
                        didYouMean(key, allowed) + "allowed: " + String.join(", ", allowed));
                NearestWord.to(key, allowed).ifPresent(this::isThereMistyped);
            }
        }
    }

    private void isThereMistyped(String key) {
        ConfigProblem problem = missing.remove(key);
        if (problem != null) {
            reader.takeBack(problem);
        }
        YamlMap section = missingSections.get(key);
        if (section != null) {
            section.missing.values().forEach(reader::takeBack);
        }
    }

    private <T> T read(
            String key, Optional<T> otherwise, T standIn, String allowed, Function<String, Optional<T>> parse) {
        Optional<String> text = scalar(key, otherwise.isPresent(), allowed);
        if (text.isEmpty()) {
            return otherwise.orElse(standIn);
        }
        Optional<T> value = parse.apply(text.get());
        if (value.isEmpty()) {
            problem(key, quoted(text.get()), allowed);
        }
        return value.orElse(standIn);
    }

    /** The text of the one value at this key; empty when there is none, which is a problem unless it is optional. */
    private Optional<String> scalar(String key, boolean optional, String allowed) {
        Node node = value(key);
        if (node instanceof ScalarNode scalar && !isNothing(scalar)) {
            return withEnvironment(key, scalar.getValue());
        }
        if (node != null) {
            problem(key, kind(node), allowed);
        } else if (!optional) {
            flawed.add(key);
            if (!excused) {
                missing.put(key, reader.report(file, mark(key), pathOf(key), "nothing", allowed));
            }
        }
        return Optional.empty();
    }

    private Optional<String> withEnvironment(String key, String text) {
        StringBuilder result = new StringBuilder();
        Matcher matcher = ENVIRONMENT.matcher(text);
        while (matcher.find()) {
            String value = reader.environment(matcher.group(1));
            value = value == null ? matcher.group(2) : value;
            if (value == null) {
                problem(key, quoted(matcher.group()), "set the environment variable or write ${env:NAME:-default}");
                return Optional.empty();
            }
            matcher.appendReplacement(result, Matcher.quoteReplacement(value));
        }
        return Optional.of(matcher.appendTail(result).toString());
    }

    private @Nullable Node value(String key) {
        asked.add(key);
        return values.get(key);
    }

    private Optional<Mark> mark(String key) {
        Node value = values.get(key);
        return value == null ? start : value.getStartMark();
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    private static boolean isNothing(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String kind(Node node) {
        if (node instanceof MappingNode) {
            return "a map";
        }
        if (node instanceof SequenceNode) {
            return "a list";
        }
        return isNothing(node) ? "nothing" : quoted(((ScalarNode) node).getValue());
    }

    private static String didYouMean(String typed, Set<String> choices) {
        return NearestWord.to(typed, choices)
                .map(word -> "did you mean \"" + word + "\"? ")
                .orElse("");
    }

    private static String quoted(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return '"' + (line.length() > FOUND_LENGTH_MAX ? line.substring(0, FOUND_LENGTH_MAX) + "..." : line) + '"';
    }
}
