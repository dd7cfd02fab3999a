package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Acknowledgements that cannot leave, here because the disk stands: they are bounded also where the client owes one
 * itself and therefore has to be read from.
 */
@OneLaneAndFour
class AcknowledgementsOwedTest extends BrokerTestBase {
    private static final int RECEIVE_MAXIMUM = 100;
    private static final int REQUESTS_WAITING_MAX = 1_000;

    private final StandingDisk disk = new StandingDisk("owed");

    @Override
    @BeforeEach
    void startBroker() {
        broker = TestBroker.start(TestBroker.config(directory, lanes).withStoreDisk(disk::files));
    }

    @Override
    @AfterEach
    void stopBroker() {
        disk.goOn();
        broker.close();
        disk.close();
    }

    /** A client that owes the acknowledgement of a message; the disk stands from now on. */
    private Packet indebt(RawClient debtor) {
        debtor.subscribe("work", 1);
        assertEquals(0, client(5, "worker").publish("work", "to do", 1));
        Packet work = debtor.expectPublish("work", "to do", 1);
        disk.standStill();
        return work;
    }

    @Test
    void copiesOfOneQos2MessageAreAnsweredOnceWhileItsPubrecIsOwed() {
        RawClient debtor = durable(5, "debtor");
        indebt(debtor);
        long before = broker.count(Counter.PUBLISH_RECEIVED);
        debtor.send(Publish.of("nobody", "x").qos(2, 7));
        for (int i = 1; i <= 2 * RECEIVE_MAXIMUM; i++) {
            debtor.send(Publish.of("nobody", "x").qos(2, 7).dup());
        }
        debtor.expectSilence();
        disk.goOn();
        debtor.expect(PacketType.PUBREC, 7, 0x10);
        debtor.expectSilence();
        debtor.send(Publish.of("nobody", "x").qos(2, 7).dup());
        debtor.expect(PacketType.PUBREC, 7, 0);
        assertEquals(before + 1, broker.count(Counter.PUBLISH_RECEIVED));
    }

    @Test
    void messagesReleasedBeforeTheirPubrecHasLeftCountAgainstReceiveMaximum() throws InterruptedException {
        RawClient hasty = durable(5, "hasty");
        indebt(hasty);
        hasty.send(Publish.of("r", "x").retain().qos(1, 1));
        disk.awaitForce(); // else what cancels itself out would need none
        for (int i = 1; i <= RECEIVE_MAXIMUM; i++) {
            hasty.send(Publish.of("nobody", "x").qos(2, 7));
            hasty.pubrel(7);
        }
        hasty.expectDisconnect(0x93);
    }

    @Test
    void clientWithoutReceiveMaximumIsReadNoFurtherAtItsBoundAlthoughItOwes() {
        RawClient debtor = client(4, "debtor");
        RawClient neighbour = client(4, neighbourOf("debtor"));
        Packet work = indebt(debtor);
        int before = (int) broker.count(Counter.PUBLISH_RECEIVED);
        int most = RECEIVE_MAXIMUM + REQUESTS_WAITING_MAX;
        for (int id = 1; id <= most + 200; id++) {
            debtor.send(Publish.of("r", "x").retain().qos(1, id));
        }
        await("it is read from as long as it may", () -> broker.count(Counter.PUBLISH_RECEIVED) >= before + most);
        assertFalse(isTaken(before + most + 1, neighbour), "there is no bound");
        disk.goOn();
        for (int id = 1; id <= most + 200; id++) {
            debtor.expect(PacketType.PUBACK, id, 0);
        }
        debtor.acknowledge(work);
        debtor.expectSilence();
        assertTrue(isTaken(before + most + 200, neighbour));
    }
}
