package io.fieldmouse.gateway.publish;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.fieldmouse.gateway.reading.LogText;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Commands and their answers as JSON.
 *
 * <pre>
 * command   40      21.5      true      on      OFF      {"value":40}      {"value":"on","id":"x"}
 * answer    {"id":"x","result":"verified","value":40}     written, and read back the same
 *           {"id":"x","result":"written"}                 written; its profile asks for no read-back
 *           {"id":"x","result":"refused","reason":"..."}  nothing was sent to the device
 *           {"id":"x","result":"failed","reason":"..."}   sent, and not done or not known to be done
 * </pre>
 */
final class CommandJson {
    static final int PAYLOAD_BYTES_MAX = 1024;
    static final int ID_LENGTH_MAX = 64;

    private static final String VALUES = "a number, true, false, on, off";

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private CommandJson() {}

    /**
     * A payload as far as it could be read: with a value, or with the reason why there is none.
     *
     * @param id null when the sender gave none
     */
    record Command(@Nullable String id, @Nullable Value value, String fault) {}

    static Command parse(byte[] payload) {
        if (payload.length > PAYLOAD_BYTES_MAX) {
            return fault(
                    null, "the command has " + payload.length + " bytes, at most " + PAYLOAD_BYTES_MAX + " are taken");
        }
        String text = new String(payload, StandardCharsets.UTF_8).strip();
        Value.Flag flag = flag(text);
        if (flag != null) {
            return new Command(null, flag, "");
        }
        try (JsonParser json = JSON.createParser(text)) {
            JsonToken first = json.nextToken();
            Command command = first == JsonToken.START_OBJECT ? parseObject(json) : bare(json, first, text);
            if (command.fault().isEmpty() && json.nextToken() != null) {
                return fault(command.id(), "there is more behind the value");
            }
            return command;
        } catch (JsonProcessingException e) {
            // What the parser says is meant for those who programmed it.
            return notUnderstood(text);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    private static Command bare(JsonParser json, @Nullable JsonToken token, String text) throws IOException {
        Value value = token == null ? null : value(json, token);
        return value == null ? notUnderstood(text) : new Command(null, value, "");
    }

    private static Command notUnderstood(String text) {
        String found = text.isEmpty() ? "nothing" : "'" + shortened(text) + "'";
        return fault(
                null,
                "found " + found
                        + (text.startsWith("{")
                                ? ", which is not JSON with each field once; allowed: {\"value\":40,\"id\":\"x\"}"
                                : ", allowed: " + VALUES + ", or JSON: {\"value\":40,\"id\":\"x\"}"));
    }

    /** The words that dashboards send for a switch, in the letters they like. */
    private static Value.@Nullable Flag flag(String text) {
        if (text.equalsIgnoreCase("on")) {
            return new Value.Flag(true);
        }
        return text.equalsIgnoreCase("off") ? new Value.Flag(false) : null;
    }

    private static Command parseObject(JsonParser json) throws IOException {
        String id = null;
        Value value = null;
        String fault = "";
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken token = json.nextToken();
            if (field.equals("id")) {
                id = id(json, token);
                fault = id == null ? "the id is not a text of 1 to " + ID_LENGTH_MAX + " characters" : fault;
            } else if (field.equals("value")) {
                value = value(json, token);
                fault = value == null ? "the value is none of " + VALUES : fault;
            } else {
                json.skipChildren();
                fault = "unknown field '" + shortened(field) + "', known are value and id";
            }
        }
        if (fault.isEmpty() && value == null) {
            return fault(id, "there is no value");
        }
        return fault.isEmpty() ? new Command(id, value, "") : fault(id, fault);
    }

    private static @Nullable String id(JsonParser json, JsonToken token) throws IOException {
        String id = token == JsonToken.VALUE_STRING ? json.getText() : "";
        json.skipChildren();
        boolean writable = StandardCharsets.UTF_8.newEncoder().canEncode(id);
        return id.isEmpty() || id.length() > ID_LENGTH_MAX || !writable ? null : id;
    }

    private static @Nullable Value value(JsonParser json, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return new Value.Flag(token == JsonToken.VALUE_TRUE);
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            // Of what no long holds, a decimal keeps the size: the point's range then refuses it with its own words.
            return json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    ? decimal(json.getDoubleValue())
                    : new Value.Whole(json.getLongValue());
        }
        if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            return decimal(json.getDoubleValue());
        }
        if (token == JsonToken.VALUE_STRING) {
            return flag(json.getText());
        }
        json.skipChildren();
        return null;
    }

    private static @Nullable Value decimal(double number) {
        return Double.isFinite(number) ? new Value.Decimal(number) : null;
    }

    private static Command fault(@Nullable String id, String fault) {
        return new Command(id, null, fault);
    }

    private static String shortened(String text) {
        return LogText.cleaned(text, ID_LENGTH_MAX);
    }

    static byte[] answer(@Nullable String id, SetOutcome outcome) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);
        try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            if (id != null) {
                json.writeStringField("id", id);
            }
            json.writeStringField("result", result(outcome));
            if (outcome instanceof SetOutcome.Verified verified) {
                json.writeFieldName("value");
                json.writeRawValue(ValueText.of(verified.readBack()));
            }
            String reason = reason(outcome);
            if (!reason.isEmpty()) {
                json.writeStringField("reason", reason);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    static String result(SetOutcome outcome) {
        if (outcome instanceof SetOutcome.Verified) {
            return "verified";
        }
        if (outcome instanceof SetOutcome.Written) {
            return "written";
        }
        return outcome instanceof SetOutcome.Refused ? "refused" : "failed";
    }

    /** Empty for what was done as it was asked for. */
    static String reason(SetOutcome outcome) {
        if (outcome instanceof SetOutcome.Refused refused) {
            return refused.reason();
        }
        if (outcome instanceof SetOutcome.Written written) {
            return written.reason();
        }
        return outcome instanceof SetOutcome.Failed failed ? failed.reason() : "";
    }
}
