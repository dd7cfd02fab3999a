package io.fieldmouse.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.Value;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandJsonTest {

    @Test
    void bareValuesAreRead() {
        assertEquals(new Value.Whole(40), parse("40").value());
        assertEquals(new Value.Whole(-3), parse(" -3\n").value());
        assertEquals(new Value.Decimal(21.5), parse("21.5").value());
        assertEquals(new Value.Decimal(2000), parse("2e3").value());
        assertEquals(new Value.Flag(true), parse("true").value());
        assertEquals(new Value.Flag(false), parse("false").value());
        assertEquals(
                new Value.Decimal(1e30),
                parse("1000000000000000000000000000000").value());
    }

    @Test
    void objectsAreReadInAnyOrder() {
        assertEquals(new CommandJson.Command("x", new Value.Whole(40), ""), parse("{\"value\":40,\"id\":\"x\"}"));
        assertEquals(new CommandJson.Command("x", new Value.Flag(true), ""), parse("{\"id\":\"x\",\"value\":true}"));
        assertEquals(new CommandJson.Command(null, new Value.Decimal(1.5), ""), parse("{\"value\":1.5}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                             | a value is a number",
                "`  `                           | a value is a number",
                "null                           | a value is a number",
                "`\"40\"`                       | a value is a number",
                "[40]                           | a value is a number",
                "on                             | not a value and not JSON",
                "40,5                           | not a value and not JSON",
                "0x28                           | not a value and not JSON",
                "NaN                            | not a value and not JSON",
                "1e999                          | a value is a number",
                "40 41                          | there is more behind the value",
                "{}                             | there is no value",
                "{\"id\":\"x\"}                 | there is no value",
                "{\"value\":null}               | the value is not a number",
                "{\"value\":[1]}                | the value is not a number",
                "{\"value\":1,\"id\":7}         | the id is not a text",
                "{\"value\":1,\"id\":\"\"}      | the id is not a text",
                "{\"value\":1,\"unit\":{\"a\":[1]}} | unknown field \"unit\"",
                "{\"value\":1,\"value\":2}      | not a value and not JSON",
                "{\"value\":1                   | not a value and not JSON",
                "{\"value\":1}}                 | not a value and not JSON",
            })
    void whatIsNoCommandIsSaidInWords(String payload, String fault) {
        CommandJson.Command command = parse(payload);
        assertNull(command.value());
        assertTrue(command.fault().startsWith(fault), command.fault());
    }

    @Test
    void idOfFaultyCommandIsKeptForTheAnswer() {
        assertEquals("x", parse("{\"id\":\"x\",\"value\":\"high\"}").id());
        assertEquals("x", parse("{\"value\":\"high\",\"id\":\"x\"}").id());
    }

    @Test
    void longPayloadAndLongIdAreRefused() {
        assertTrue(parse("1".repeat(2000)).fault().contains("2000 bytes"));
        assertTrue(
                parse("{\"value\":1,\"id\":\"" + "x".repeat(65) + "\"}").fault().startsWith("the id"));
    }

    @Test
    void anyBytesAreAnsweredAndNoneThrow() {
        Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            byte[] payload = new byte[random.nextInt(24)];
            random.nextBytes(payload);
            byte[] half = "{\"value\":40,\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8);
            half[random.nextInt(half.length)] = (byte) random.nextInt(256);
            for (byte[] bytes : new byte[][] {payload, half}) {
                CommandJson.Command command = CommandJson.parse(bytes);
                assertEquals(
                        command.fault().isEmpty(), command.value() != null, new String(bytes, StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void answersHaveTheirExactForm() {
        assertEquals("{\"id\":\"x\",\"result\":\"verified\",\"value\":40}", answer("x", verified(40)));
        assertEquals("{\"result\":\"written\"}", answer(null, new SetOutcome.Written()));
        assertEquals(
                "{\"id\":\"x\",\"result\":\"refused\",\"reason\":\"offline\"}",
                answer("x", new SetOutcome.Refused("offline")));
        assertEquals(
                "{\"result\":\"failed\",\"reason\":\"no answer\"}", answer(null, new SetOutcome.Failed("no answer")));
    }

    private static SetOutcome verified(long number) {
        return new SetOutcome.Verified(new Value.Whole(number));
    }

    private static String answer(@Nullable String id, SetOutcome outcome) {
        return new String(CommandJson.answer(id, outcome), StandardCharsets.UTF_8);
    }

    private static CommandJson.Command parse(String payload) {
        return CommandJson.parse(payload.getBytes(StandardCharsets.UTF_8));
    }
}
