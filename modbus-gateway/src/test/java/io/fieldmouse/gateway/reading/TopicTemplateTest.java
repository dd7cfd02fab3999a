package io.fieldmouse.gateway.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.reading.TopicTemplate.PointName;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicTemplateTest {
    private final TopicTemplate topics = new TopicTemplate("fieldmouse/plant-1");

    @Test
    void topicsAreAsTheDocumentationDrawsThem() {
        assertEquals("fieldmouse/plant-1/boiler/flow", topics.reading("boiler", "flow"));
        assertEquals("fieldmouse/plant-1/boiler/availability", topics.availability("boiler"));
        assertEquals("fieldmouse/plant-1/gateway/availability", topics.gatewayAvailability());
        assertEquals("fieldmouse/plant-1/+/+/set", topics.commands());
        assertEquals("fieldmouse/plant-1/boiler/flow/set/result", topics.result(new PointName("boiler", "flow")));
    }

    @Test
    void commandNamesItsPoint() {
        assertEquals(
                Optional.of(new PointName("boiler", "flow")), topics.command("fieldmouse/plant-1/boiler/flow/set"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fieldmouse/plant-1/boiler/flow",
                "fieldmouse/plant-1/boiler/set",
                "fieldmouse/plant-1/boiler/flow/set/result",
                "fieldmouse/plant-1/boiler/flow/x/set",
                "fieldmouse/plant-12/boiler/flow/set",
                "fieldmouse/plant-1",
                "other/plant-1/boiler/flow/set",
            })
    void otherTopicsAreNoCommands(String topic) {
        assertEquals(Optional.empty(), topics.command(topic));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "a/+", "#", "a#", "$SYS", "a\nb"})
    void rootsThatCannotBePublishedToAreRefused(String root) {
        assertFalse(TopicTemplate.isRoot(root));
        assertThrows(IllegalArgumentException.class, () -> new TopicTemplate(root));
    }

    @Test
    void namesAreLowerCaseWords() {
        assertTrue(TopicTemplate.isName("flow-temperature_2"));
        assertFalse(TopicTemplate.isName("Flow"));
        assertFalse(TopicTemplate.isName("a/b"));
        assertFalse(TopicTemplate.isName(""));
        assertFalse(TopicTemplate.isName("x".repeat(65)));
    }
}
