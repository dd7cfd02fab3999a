package io.fieldmouse.sim.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every function code and every refusal, frame by frame; the check sums were not made by the code under test. */
final class SimulatedSlaveTest {
    private final SimulatedLine line;
    private final RawMaster master;
    private final SimulatedSlave slave;

    SimulatedSlaveTest() throws IOException {
        line = SimulatedLine.start(LineConfig.unpaced(
                "frames",
                SlaveConfig.of(
                        17,
                        PointConfig.coil(19, false).times(37),
                        PointConfig.coil(172, false),
                        PointConfig.discreteInput(196, false).times(22),
                        PointConfig.holdingRegister(1, 0).times(2),
                        PointConfig.holdingRegister(107, 0).times(3).asReadOnly(),
                        PointConfig.inputRegister(8, 10),
                        PointConfig.inputRegister(0xFFFF, 1)),
                SlaveConfig.of(
                        18,
                        PointConfig.holdingRegister(1, 0),
                        PointConfig.coil(1000, true).times(2001),
                        PointConfig.holdingRegister(1000, 0x1234).times(126))));
        master = new RawMaster(line.path());
        slave = line.slave(17);
    }

    @BeforeEach
    void fillTables() {
        storeBits(Table.COIL, 19, "cd 6b b2 0e 1b", 37);
        storeBits(Table.DISCRETE_INPUT, 196, "ac db 35", 22);
        slave.store(Table.HOLDING_REGISTER, 107, 0xAE41);
        slave.store(Table.HOLDING_REGISTER, 108, 0x5652);
        slave.store(Table.HOLDING_REGISTER, 109, 0x4340);
    }

    @AfterEach
    void close() throws IOException {
        line.close();
        master.close();
    }

    /** Frames known from the literature on Modbus. */
    @ParameterizedTest
    @CsvSource({
        "11 01 00 13 00 25 0e 84,                      11 01 05 cd 6b b2 0e 1b 45 e6",
        "11 02 00 c4 00 16 ba a9,                      11 02 03 ac db 35 20 18",
        "11 03 00 6b 00 03 76 87,                      11 03 06 ae 41 56 52 43 40 49 ad",
        "11 04 00 08 00 01 b2 98,                      11 04 02 00 0a f8 f4",
        "11 05 00 ac ff 00 4e 8b,                      11 05 00 ac ff 00 4e 8b",
        "11 05 00 ac 00 00 0f 7b,                      11 05 00 ac 00 00 0f 7b",
        "11 06 00 01 00 03 9a 9b,                      11 06 00 01 00 03 9a 9b",
        "11 0f 00 13 00 0a 02 cd 01 bf 0b,             11 0f 00 13 00 0a 26 99",
        "11 10 00 01 00 02 04 00 0a 01 02 c6 f0,       11 10 00 01 00 02 12 98",
    })
    void everyFunctionIsAnswered(String request, String reply) throws IOException {
        master.exchange(request, reply);
        assertEquals(new SimulatedSlave.Counters(1, 1, 0, 0), slave.counters());
    }

    @ParameterizedTest
    @CsvSource({
        // 1: functions the slave does not know, ended by silence; the second is read device identification
        "11 07 4c 22,                                  11 87 01 83 f5",
        "11 2b 0e 01 00 b1 b4,                         11 ab 01 9f 35",
        "11 16 00 04 00 f2 00 25 66 e2,                11 96 01 8f a5",
        // 2: beyond what exists, partly or wholly, past the last address of all, and not to be written
        "11 01 00 13 00 26 4e 85,                      11 81 02 c0 54",
        "11 02 00 c4 00 17 7b 69,                      11 82 02 c0 a4",
        "11 03 00 6b 00 04 37 45,                      11 83 02 c1 34",
        "11 04 00 07 00 02 c2 9a,                      11 84 02 c3 04",
        "11 04 ff ff 00 02 73 7f,                      11 84 02 c3 04",
        "11 05 00 12 ff 00 2e af,                      11 85 02 c2 94",
        "11 06 10 00 00 03 cf 9b,                      11 86 02 c2 64",
        "11 0f 00 ac 00 02 01 03 0f 82,                11 8f 02 c4 34",
        "11 10 00 02 00 02 04 00 0a 01 02 86 e5,       11 90 02 cc 04",
        "11 10 00 6b 00 01 02 00 00 63 4b,             11 90 02 cc 04",
        // 3: no quantity, too large a quantity, no coil value, another byte count than the quantity says
        "11 01 00 00 00 00 3e 9a,                      11 81 03 01 94",
        "11 01 00 00 07 d1 fc f6,                      11 81 03 01 94",
        "11 02 00 c4 00 00 3b 67,                      11 82 03 01 64",
        "11 02 00 c4 07 d1 f9 0b,                      11 82 03 01 64",
        "11 03 00 6b 00 00 36 86,                      11 83 03 00 f4",
        "11 03 00 6b 00 7e b6 a6,                      11 83 03 00 f4",
        "11 04 00 08 00 00 73 58,                      11 84 03 02 c4",
        "11 04 00 08 00 7e f3 78,                      11 84 03 02 c4",
        "11 05 00 ac 00 01 ce bb,                      11 85 03 03 54",
        "11 0f 00 13 00 00 00 1e 7a,                   11 8f 03 05 f4",
        "11 0f 00 13 00 0a 01 cd 1a 0f,                11 8f 03 05 f4",
        "11 10 00 01 00 00 00 19 6d,                   11 90 03 0d c4",
        "11 10 00 01 00 02 02 00 0a ea 02,             11 90 03 0d c4",
    })
    void everyRefusalHasItsCode(String request, String reply) throws IOException {
        master.exchange(request, reply);
        assertEquals(new SimulatedSlave.Counters(1, 1, 1, 0), slave.counters());
    }

    @Test
    void writesStick() throws IOException {
        master.exchange("11 05 00 ac ff 00 4e 8b", "11 05 00 ac ff 00 4e 8b");
        assertEquals(1, slave.read(Table.COIL, 172));
        master.exchange("11 05 00 ac 00 00 0f 7b", "11 05 00 ac 00 00 0f 7b");
        assertEquals(0, slave.read(Table.COIL, 172));
        master.exchange("11 06 00 01 00 03 9a 9b", "11 06 00 01 00 03 9a 9b");
        assertEquals(3, slave.read(Table.HOLDING_REGISTER, 1));
        master.exchange("11 10 00 01 00 02 04 00 0a 01 02 c6 f0", "11 10 00 01 00 02 12 98");
        assertEquals(0x000A, slave.read(Table.HOLDING_REGISTER, 1));
        assertEquals(0x0102, slave.read(Table.HOLDING_REGISTER, 2));
        storeBits(Table.COIL, 19, "00 00", 10);
        master.exchange("11 0f 00 13 00 0a 02 cd 01 bf 0b", "11 0f 00 13 00 0a 26 99");
        assertEquals("1011001110", coils(19, 10));
        assertEquals(0, slave.read(Table.COIL, 29), "only ten are written");
    }

    @Test
    void refusedWritesChangeNothing() throws IOException {
        master.exchange("11 10 00 02 00 02 04 00 0a 01 02 86 e5", "11 90 02 cc 04");
        assertEquals(0, slave.read(Table.HOLDING_REGISTER, 2));
        master.exchange("11 10 00 6b 00 01 02 00 00 63 4b", "11 90 02 cc 04");
        assertEquals(0xAE41, slave.read(Table.HOLDING_REGISTER, 107));
    }

    @Test
    void broadcastWritesReachAllUnitsAndNobodyReplies() throws IOException {
        master.send("00 06 00 01 00 07 98 19");
        RawMaster.await(
                "both units to hear it",
                () -> line.slave(17).read(Table.HOLDING_REGISTER, 1) == 7
                        && line.slave(18).read(Table.HOLDING_REGISTER, 1) == 7);
        master.send("00 03 00 01 00 01 d4 1b");
        // The very next bytes belong to the next request: neither broadcast was answered, not even the read.
        master.exchange("11 03 00 01 00 01 d7 5a", "11 03 02 00 07 38 45");
        assertEquals(2, line.counters().broadcasts());
    }

    @Test
    void otherUnitsFramesAreIgnored() throws IOException {
        master.send("0a 01 04 a1 00 01 ac 63");
        master.exchange("11 04 00 08 00 01 b2 98", "11 04 02 00 0a f8 f4");
        assertEquals(1, line.counters().foreignRequests());
        assertEquals(1, slave.counters().requests());
    }

    @Test
    void readLimitsAreExact() throws IOException {
        assertEquals("12 01 fa ff ff", request("12 01 03 e8 07 d0", 255).substring(0, 14));
        assertEquals("12 81 03", request("12 01 03 e8 07 d1", 5).substring(0, 8));
        assertEquals("12 03 fa 12 34", request("12 03 03 e8 00 7d", 255).substring(0, 14));
        assertEquals("12 83 03", request("12 03 03 e8 00 7e", 5).substring(0, 8));
    }

    @Test
    void writeLimitsAreExact() throws IOException {
        String zeros = " 00".repeat(250);
        assertEquals(
                "12 0f 03 e8 07 b0",
                request("12 0f 03 e8 07 b0 f6" + zeros.substring(0, 3 * 246), 8).substring(0, 17));
        assertEquals(
                "12 8f 03",
                request("12 0f 03 e8 07 b1 f7" + zeros.substring(0, 3 * 247), 5).substring(0, 8));
        assertEquals(
                "12 10 03 e8 00 7b",
                request("12 10 03 e8 00 7b f6" + zeros.substring(0, 3 * 246), 8).substring(0, 17));
        assertEquals(
                "12 90 03",
                request("12 10 03 e8 00 7c f8" + zeros.substring(0, 3 * 248), 5).substring(0, 8));
        assertEquals(0, line.slave(18).read(Table.HOLDING_REGISTER, 1000 + 122));
        assertEquals(0x1234, line.slave(18).read(Table.HOLDING_REGISTER, 1000 + 123));
    }

    @Test
    void valuesThatFitNoPlaceAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> slave.store(Table.COIL, 0, 2));
        assertThrows(IllegalArgumentException.class, () -> slave.store(Table.HOLDING_REGISTER, 0, 0x10000));
        assertThrows(IllegalArgumentException.class, () -> slave.store(Table.HOLDING_REGISTER, 0x10000, 1));
        assertThrows(IllegalArgumentException.class, () -> slave.read(Table.HOLDING_REGISTER, 5000));
    }

    private String request(String withoutCrc, int replyBytes) throws IOException {
        byte[] body = RawMaster.bytes(withoutCrc);
        byte[] frame = Arrays.copyOf(body, body.length + 2);
        int crc = Crc16.of(body, 0, body.length);
        frame[body.length] = (byte) crc;
        frame[body.length + 1] = (byte) (crc >>> 8);
        master.send(frame, 0, frame.length);
        return master.receive(replyBytes);
    }

    private void storeBits(Table table, int address, String hex, int count) {
        byte[] bits = HexFormat.of().parseHex(hex.replace(" ", ""));
        for (int i = 0; i < count; i++) {
            slave.store(table, address + i, (bits[i / 8] >>> (i % 8)) & 1);
        }
    }

    private String coils(int address, int count) {
        StringBuilder bits = new StringBuilder();
        for (int i = 0; i < count; i++) {
            bits.append(slave.read(Table.COIL, address + i));
        }
        return bits.toString();
    }
}
