package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why a listener cannot be opened is told apart, whoever opened it: Java and the native transport. */
class BindFailureTest {

    @ParameterizedTest
    @CsvSource({
        "1883, Address already in use, the port is taken",
        "1883, Cannot assign requested address, this machine has no address 192.0.2.1",
        "883, Permission denied, ports below 1024 are for privileged processes",
        "1883, Permission denied, the system does not permit it",
        "1883, No buffer space available, No buffer space available",
    })
    void eachFailureIsToldWithWhatToDo(int port, String system, String words) {
        ListenerConfig.Place place = new ListenerConfig.Port("192.0.2.1", port);
        IOException java = new BindException(system + " (Bind failed)");
        IOException ours = new IOException("bind(..) failed: " + system, new IOException("bind(..) failed: " + system));

        for (IOException failure : new IOException[] {java, ours}) {
            String told = BrokerStartException.cannotListen(place, failure).getMessage();
            assertTrue(
                    String.valueOf(told).startsWith("cannot listen on 192.0.2.1:" + port + ": "), String.valueOf(told));
            assertTrue(String.valueOf(told).contains(words), String.valueOf(told));
        }
    }

    @Test
    void onlyATakenPortIsLookedForAHolder() {
        ListenerConfig.Place place = new ListenerConfig.Port("127.0.0.1", 1883);
        assertTrue(BrokerStartException.cannotListen(place, new BindException("Address already in use"))
                .inUse()
                .isPresent());
        BrokerStartException foreign =
                BrokerStartException.cannotListen(place, new BindException("Cannot assign requested address"));
        assertTrue(foreign.inUse().isEmpty());
        assertEquals(true, foreign.isForeignAddress());
    }
}
