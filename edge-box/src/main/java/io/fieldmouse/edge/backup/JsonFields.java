package io.fieldmouse.edge.backup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of one JSON object, each taken once by name and kind; what nobody has taken is unknown and a fault. */
final class JsonFields {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(8)
                    .build())
            .build();

    private final Map<String, Object> fields;

    /** What is wrong with a line; whoever knows the file and the line's number tells them. */
    static final class Fault extends Exception {
        private static final long serialVersionUID = 1;

        Fault(String message) {
            super(message);
        }
    }

    private JsonFields(Map<String, Object> fields) {
        this.fields = fields;
    }

    /** Of a line that is one object and nothing else. */
    static JsonFields parse(byte[] line, int length) throws Fault {
        try (JsonParser parser = JSON.createParser(line, 0, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Fault("is no JSON object");
            }
            JsonFields fields = new JsonFields(object(parser));
            if (parser.nextToken() != null) {
                throw new Fault("holds something behind its JSON object");
            }
            return fields;
        } catch (JsonProcessingException e) {
            throw new Fault("is no JSON object: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot be read", e);
        }
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException, Fault {
        Map<String, Object> found = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            found.put(name, value(name, parser));
        }
        return found;
    }

    private static Object value(String name, JsonParser parser) throws IOException, Fault {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Object> all = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    all.add(value(name, parser));
                }
                yield all;
            }
            case NOT_AVAILABLE,
                    END_OBJECT,
                    END_ARRAY,
                    FIELD_NAME,
                    VALUE_EMBEDDED_OBJECT,
                    VALUE_NUMBER_FLOAT,
                    VALUE_NULL -> throw new Fault(name + ": found " + parser.getText() + ", which no field may be");
        };
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    boolean isText(String name, String text) {
        return text.equals(fields.get(name));
    }

    String text(String name) throws Fault {
        String text = textOrNull(name);
        if (text == null) {
            throw new Fault("has no " + name);
        }
        return text;
    }

    @Nullable
    String textOrNull(String name) throws Fault {
        Object value = fields.remove(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw new Fault(name + ": found " + value + ", allowed: text");
    }

    /** Of a name that is not written it is none. */
    byte[] base64(String name) throws Fault {
        String text = textOrNull(name);
        try {
            return Base64.getDecoder().decode(text == null ? "" : text);
        } catch (IllegalArgumentException e) {
            throw new Fault(name + ": found what is no base64: " + e.getMessage());
        }
    }

    boolean flag(String name) throws Fault {
        Object value = fields.remove(name);
        if (value == null) {
            return false;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw new Fault(name + ": found " + value + ", allowed: true or false");
    }

    long number(String name, long min, long max) throws Fault {
        Object value = fields.remove(name);
        if (value == null) {
            throw new Fault("has no " + name);
        }
        return inRange(name, value, min, max);
    }

    long number(String name, long min, long max, long otherwise) throws Fault {
        return has(name) ? number(name, min, max) : otherwise;
    }

    /** Of a name that is not written it is empty. */
    int[] numbers(String name, int min, int max) throws Fault {
        List<?> all = list(name);
        int[] numbers = new int[all.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (int) inRange(name, all.get(i), min, max);
        }
        return numbers;
    }

    /** Of a name that is not written it is empty. */
    List<JsonFields> objects(String name) throws Fault {
        List<JsonFields> objects = new ArrayList<>();
        for (Object element : list(name)) {
            if (!(element instanceof Map<?, ?> map)) {
                throw new Fault(name + ": found " + element + ", allowed: objects");
            }
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, value) -> copy.put((String) key, value));
            objects.add(new JsonFields(copy));
        }
        return objects;
    }

    private List<?> list(String name) throws Fault {
        Object value = fields.remove(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw new Fault(name + ": found " + value + ", allowed: a list");
    }

    private static long inRange(String name, Object value, long min, long max) throws Fault {
        if (value instanceof Long number && number >= min && number <= max) {
            return number;
        }
        throw new Fault(name + ": found " + value + ", allowed: a whole number from " + min + " to " + max);
    }

    /** To be called when all that is known has been taken. */
    void finish() throws Fault {
        if (!fields.isEmpty()) {
            throw new Fault("holds the unknown " + String.join(", ", fields.keySet()));
        }
    }
}
