package io.fieldmouse.gateway.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DeviceHealthTest {

    @Test
    void oneMissIsForgivenTheSecondIsNot() {
        DeviceHealth health = new DeviceHealth.Online().missed(0);
        assertEquals(new DeviceHealth.Doubtful(), health);
        assertEquals(new DeviceHealth.Online(), health.answered());
        assertInstanceOf(DeviceHealth.Silent.class, health.missed(0));
    }

    @Test
    void aSilentDeviceIsProbedAfterTwoFourEightUpToSixtySeconds() {
        List<Long> waits = new ArrayList<>();
        DeviceHealth health = new DeviceHealth.Unknown().missed(0).missed(0);
        for (int i = 0; i < 7; i++) {
            waits.add(TimeUnit.NANOSECONDS.toSeconds(((DeviceHealth.Silent) health).nextProbeNanos()));
            health = health.missed(0);
        }
        assertEquals(List.of(2L, 4L, 8L, 16L, 32L, 60L, 60L), waits);
    }

    @Test
    void yearsOfSilenceDoNotOverflowTheWait() {
        DeviceHealth health = new DeviceHealth.Silent(1_000_000, 0).missed(5);
        assertEquals(new DeviceHealth.Silent(1_000_001, 5 + TimeUnit.SECONDS.toNanos(60)), health);
    }

    @Test
    void anAnswerEndsTheSilence() {
        assertEquals(new DeviceHealth.Online(), new DeviceHealth.Silent(3, 99).answered());
    }
}
