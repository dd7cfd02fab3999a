package io.fieldmouse.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
                "``                             | found nothing, allowed: a number, true, false, on, off, or JSON",
                "`  `                           | found nothing, allowed: a number",
                "null                           | found 'null', allowed: a number",
                "`\"40\"`                       | found '\"40\"', allowed: a number",
                "[40]                           | found '[40]', allowed: a number",
                "onn                            | found 'onn', allowed: a number, true, false, on, off, or JSON",
                "40,5                           | found '40,5', allowed: a number",
                "0x28                           | found '0x28', allowed: a number",
                "NaN                            | found 'NaN', allowed: a number",
                "1e999                          | found '1e999', allowed: a number",
                "40 41                          | there is more behind the value",
                "{}                             | there is no value",
                "{\"id\":\"x\"}                 | there is no value",
                "{\"value\":null}               | the value is none of a number, true, false, on, off",
                "{\"value\":[1]}                | the value is none of a number, true, false, on, off",
                "{\"value\":1,\"id\":7}         | the id is not a text",
                "{\"value\":1,\"id\":\"\"}      | the id is not a text",
                "{\"value\":1,\"unit\":{\"a\":[1]}} | unknown field 'unit'",
                "{\"value\":1,\"value\":2}      | found '{\"value\":1,\"value\":2}', which is not JSON with each field once",
                "{\"value\":1                   | found '{\"value\":1', which is not JSON",
                "{\"value\":1}}                 | found '{\"value\":1}}', which is not JSON",
                "{\"value\":NaN}                | found '{\"value\":NaN}', which is not JSON",
                "{\"value\":1,\"id\":\"\\ud800\"} | the id is not a text",
                "{\"value\":1,\"\\ud800\":2}    | unknown field '?'",
            })
    void whatIsNoCommandIsSaidInOurWords(String payload, String fault) {
        CommandJson.Command command = parse(payload);
        assertNull(command.value());
        assertFalse(
                answer(command.id(), new SetOutcome.Refused(command.fault())).isEmpty());
        assertTrue(command.fault().startsWith(fault), command.fault());
    }

    @Test
    void idOfFaultyCommandIsKeptForTheAnswer() {
        assertEquals("x", parse("{\"id\":\"x\",\"value\":\"high\"}").id());
        assertEquals("x", parse("{\"value\":\"high\",\"id\":\"x\"}").id());
    }

    @Test
    void whatDashboardsSendForASwitchIsTaken() {
        for (String on : new String[] {"on", "ON", "On ", "\"ON\"", "{\"value\":\"on\"}"}) {
            assertEquals(new Value.Flag(true), parse(on).value(), on);
        }
        for (String off : new String[] {"off", "OFF\n", "\"off\"", "{\"value\":\"OFF\"}"}) {
            assertEquals(new Value.Flag(false), parse(off).value(), off);
        }
    }

    @Test
    void whatWasFoundIsShortened() {
        String fault = parse("x".repeat(1000)).fault();
        assertTrue(fault.startsWith("found '" + "x".repeat(64) + "...', allowed: "), fault);
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
        assertEquals("{\"result\":\"written\"}", answer(null, new SetOutcome.Written("")));
        assertEquals("{\"result\":\"written\",\"reason\":\"no\"}", answer(null, new SetOutcome.Written("no")));
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
