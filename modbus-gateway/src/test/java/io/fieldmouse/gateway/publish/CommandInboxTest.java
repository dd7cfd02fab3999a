package io.fieldmouse.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.LogLines;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import io.fieldmouse.gateway.reading.TopicTemplate;
import io.fieldmouse.gateway.reading.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandInboxTest {
    private static final String SET = "plant/boiler/setpoint/set";
    private static final String RESULT = SET + "/result";
    private static final SetRequest FORTY = new SetRequest("boiler", "setpoint", new Value.Whole(40));
    private static final SetOutcome VERIFIED = new SetOutcome.Verified(new Value.Whole(40));
    private static final byte[] ASKED_AS = {1, 2, 3};

    private final RecordingLink link = new RecordingLink();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final List<SetRequest> requests = new ArrayList<>();
    private final List<Consumer<SetOutcome>> askers = new ArrayList<>();
    private final CommandInbox inbox = new CommandInbox(
            new TopicTemplate("plant"),
            link,
            (request, asker) -> {
                requests.add(request);
                askers.add(asker);
            },
            nanos::get);

    @BeforeEach
    void open() {
        inbox.start();
        link.open(LinkMessage.of("will", new byte[0], 0, false), new BrokerLink.Listener() {
            @Override
            public void connected() {}

            @Override
            public void disconnected(String reason) {}

            @Override
            public void received(LinkMessage message) {
                inbox.received(message);
            }
        });
        link.up();
    }

    @Test
    void commandsOfAllPointsAreSubscribed() {
        assertEquals(List.of("plant/+/+/set", "plant/+/set"), link.topicFilters());
    }

    @Test
    void commandIsHandedOnAndAnsweredWhenItsOutcomeIsKnown() {
        send("40");
        assertEquals(List.of(FORTY), requests);
        assertEquals(List.of(), link.taken());
        askers.get(0).accept(VERIFIED);
        assertEquals(List.of("{\"result\":\"verified\",\"value\":40}"), link.texts(RESULT));
        assertFalse(link.taken().get(0).retain());
        assertEquals(1, link.taken().get(0).qos());
        assertNull(link.taken().get(0).correlationData());
    }

    @Test
    void answerEchoesTheId() {
        send("{\"value\":40,\"id\":\"x\"}");
        askers.get(0).accept(new SetOutcome.Refused("the device is offline"));
        assertEquals(
                List.of("{\"id\":\"x\",\"result\":\"refused\",\"reason\":\"the device is offline\"}"),
                link.texts(RESULT));
    }

    @Test
    void answerGoesToTheResponseTopicWithItsCorrelationData() {
        link.deliver(command("40", false, "answers/me", ASKED_AS));
        askers.get(0).accept(VERIFIED);
        LinkMessage answer = link.taken().get(0);
        assertEquals("answers/me", answer.topic());
        assertArrayEquals(ASKED_AS, answer.correlationData());
        assertNull(answer.responseTopic());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/+", "a/#", "$SYS/x", "plant/boiler/setpoint", "plant/boiler/setpoint/set", "a\0b"})
    void responseTopicThatMayNotBeUsedRefusesTheCommand(String responseTopic) {
        link.deliver(command("40", false, responseTopic, ASKED_AS));
        assertEquals(List.of(), requests);
        assertEquals(1, link.taken().size());
        assertTrue(link.texts(RESULT).get(0).startsWith("{\"result\":\"refused\",\"reason\":\"the response topic"));
    }

    @Test
    void ownResultTopicMayBeAskedFor() {
        link.deliver(command("40", false, RESULT, null));
        askers.get(0).accept(VERIFIED);
        assertEquals(1, link.texts(RESULT).size());
    }

    @Test
    void malformedCommandIsRefusedWithTheReason() {
        send("hot");
        assertEquals(List.of(), requests);
        assertTrue(link.texts(RESULT).get(0).startsWith("{\"result\":\"refused\",\"reason\":\"found 'hot', allowed: "));
        assertEquals(1, inbox.counts().refused());
    }

    @Test
    void everyCommandIsOneParseableLineInTheLog() {
        try (LogLines log = new LogLines()) {
            send("{\"value\":40,\"colour\":\"red\"}");
            link.deliver(LinkMessage.of("plant/my boiler/set\"point/set", new byte[] {'4'}, 1, false));
            send("40");
            askers.get(0).accept(new SetOutcome.Refused("my boiler is offline"));
            askers.get(1).accept(VERIFIED);
            assertEquals(
                    List.of(
                            "WARN command device=boiler point=setpoint result=refused"
                                    + " reason=\"unknown field 'colour', known are value and id\"",
                            "WARN command device=\"my boiler\" point=\"set'point\" value=4 result=refused"
                                    + " reason=\"my boiler is offline\"",
                            "INFO command device=boiler point=setpoint value=40 result=verified"),
                    log.of(CommandInbox.class));
        }
    }

    @Test
    void retainedCommandIsIgnoredAndCounted() {
        link.deliver(command("40", true, null, null));
        assertEquals(List.of(), requests);
        assertEquals(List.of(), link.taken());
        assertEquals(1, inbox.counts().retainedIgnored());
    }

    @Test
    void otherTopicsAreIgnored() {
        link.deliver(LinkMessage.of("plant/boiler/setpoint", "40".getBytes(StandardCharsets.UTF_8), 1, false));
        link.deliver(LinkMessage.of(RESULT, "40".getBytes(StandardCharsets.UTF_8), 1, false));
        assertEquals(List.of(), requests);
        assertEquals(List.of(), link.taken());
    }

    @Test
    void repeatedIdExecutesOnceAndRepeatsTheAnswer() {
        send("{\"value\":40,\"id\":\"x\"}");
        askers.get(0).accept(VERIFIED);
        send("{\"id\":\"x\",\"value\":40}");
        assertEquals(List.of(FORTY), requests);
        String answer = "{\"id\":\"x\",\"result\":\"verified\",\"value\":40}";
        assertEquals(List.of(answer, answer), link.texts(RESULT));
        assertEquals(1, inbox.counts().copies());
    }

    @Test
    void copyThatComesBeforeTheOutcomeIsAnsweredToo() {
        send("{\"value\":40,\"id\":\"x\"}");
        link.deliver(command("{\"value\":40,\"id\":\"x\"}", false, "answers/other", ASKED_AS));
        send("{\"value\":40,\"id\":\"x\"}");
        assertEquals(1, requests.size());
        askers.get(0).accept(VERIFIED);
        assertEquals(
                List.of(RESULT, "answers/other"),
                link.taken().stream().map(LinkMessage::topic).toList());
    }

    @Test
    void idThatIsUsedForAnotherValueIsRefused() {
        send("{\"value\":40,\"id\":\"x\"}");
        askers.get(0).accept(VERIFIED);
        send("{\"value\":50,\"id\":\"x\"}");
        assertEquals(List.of(FORTY), requests);
        assertTrue(link.texts(RESULT).get(1).contains("this id was used for another value"));
    }

    @Test
    void sameIdForAnotherPointIsAnotherCommand() {
        send("{\"value\":40,\"id\":\"x\"}");
        link.deliver(LinkMessage.of(
                "plant/boiler/pump/set", "{\"value\":true,\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8), 1, false));
        assertEquals(2, requests.size());
    }

    @Test
    void idIsForgottenAfterAMinute() {
        send("{\"value\":40,\"id\":\"x\"}");
        askers.get(0).accept(VERIFIED);
        nanos.addAndGet(Duration.ofSeconds(60).toNanos() - 1);
        send("{\"value\":40,\"id\":\"x\"}");
        assertEquals(1, requests.size());
        nanos.addAndGet(1);
        send("{\"value\":40,\"id\":\"x\"}");
        assertEquals(2, requests.size());
    }

    @Test
    void withoutAnIdEveryMessageIsACommand() {
        send("40");
        send("40");
        assertEquals(List.of(FORTY, FORTY), requests);
    }

    @Test
    void commandsWithoutIdTakeNoRoomAmongThoseRemembered() {
        for (int number = 0; number <= RecentCommands.COMMANDS_MAX; number++) {
            send("40");
        }
        send("{\"value\":40,\"id\":\"x\"}");
        assertEquals(RecentCommands.COMMANDS_MAX + 2, requests.size());
    }

    @Test
    void aCommandThatNamesNoPointIsCountedAndToldInTheLogOnce() {
        try (LogLines log = new LogLines()) {
            link.deliver(LinkMessage.of("plant/boiler/set", "40".getBytes(StandardCharsets.UTF_8), 1, false));
            link.deliver(LinkMessage.of("plant/boiler/set", "41".getBytes(StandardCharsets.UTF_8), 1, false));
            assertEquals(
                    List.of("WARN command without a point ignored, publish to plant/DEVICE/POINT/set"
                            + " topic=plant/boiler/set"),
                    log.of(CommandInbox.class).stream()
                            .filter(line -> line.startsWith("WARN"))
                            .toList());
        }
        assertEquals(2, inbox.counts().refused());
        assertEquals(List.of(), requests);
        assertEquals(List.of(), link.taken());
    }

    @Test
    void secondOutcomeOfOneCommandIsNotAnswered() {
        send("40");
        askers.get(0).accept(VERIFIED);
        askers.get(0).accept(new SetOutcome.Failed("late"));
        assertEquals(1, link.taken().size());
    }

    @Test
    void moreCommandsThanCanBeRememberedAreRefusedNotForgotten() {
        for (int number = 0; number < RecentCommands.COMMANDS_MAX; number++) {
            send("{\"value\":40,\"id\":\"" + number + "\"}");
        }
        assertEquals(RecentCommands.COMMANDS_MAX, requests.size());
        send("{\"value\":40,\"id\":\"one more\"}");
        send("{\"value\":40,\"id\":\"0\"}");
        assertEquals(RecentCommands.COMMANDS_MAX, requests.size());
        assertTrue(link.texts(RESULT).get(0).contains("commands with an id within 60 s"));
        nanos.addAndGet(RecentCommands.REMEMBERED.toNanos());
        send("{\"value\":40,\"id\":\"one more\"}");
        assertEquals(RecentCommands.COMMANDS_MAX + 1, requests.size());
    }

    @Test
    void refusedCommandsTakeNoRoomAmongThoseRemembered() {
        for (int number = 0; number <= RecentCommands.COMMANDS_MAX; number++) {
            send("{\"value\":40,\"id\":\"" + number + "\"}");
            askers.get(number).accept(new SetOutcome.Refused("there is no device boiler"));
        }
        send("{\"value\":40,\"id\":\"x\"}");
        assertEquals(RecentCommands.COMMANDS_MAX + 2, requests.size());
    }

    @Test
    void refusedCommandMayBeSentAgainWithItsId() {
        send("{\"value\":40,\"id\":\"x\"}");
        send("{\"value\":40,\"id\":\"x\"}");
        askers.get(0).accept(new SetOutcome.Refused("boiler is offline"));
        assertEquals(1, requests.size());
        send("{\"value\":40,\"id\":\"x\"}");
        askers.get(1).accept(VERIFIED);
        send("{\"value\":40,\"id\":\"x\"}");
        assertEquals(2, requests.size());
        String verified = "{\"id\":\"x\",\"result\":\"verified\",\"value\":40}";
        assertEquals(List.of(verified, verified), link.texts(RESULT).subList(1, 3));
    }

    @Test
    void answerThatTheLinkDoesNotTakeIsCounted() {
        send("40");
        link.down();
        askers.get(0).accept(VERIFIED);
        assertEquals(1, inbox.counts().answersLost());
    }

    private void send(String payload) {
        link.deliver(command(payload, false, null, null));
    }

    private static LinkMessage command(
            String payload, boolean retain, @Nullable String responseTopic, byte @Nullable [] correlation) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        return new LinkMessage(SET, bytes, 1, retain, responseTopic, correlation, List.of());
    }
}
