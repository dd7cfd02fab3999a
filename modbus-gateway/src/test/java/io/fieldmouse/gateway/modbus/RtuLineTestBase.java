package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersResponse;
import io.fieldmouse.gateway.link.PortUnavailable;
import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.gateway.modbus.Exchange.Fault;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;

/** The line in simulated time, where replies may come at the worst of moments. */
abstract class RtuLineTestBase {
    static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    static final long TIMEOUT = 100 * MS;

    final ScriptedLink link = new ScriptedLink();
    final LineCounters counters = new LineCounters();
    RtuLine line = lineAt(9600);

    @BeforeEach
    void open() throws PortUnavailable {
        line.open();
    }

    final RtuLine lineAt(int baud) {
        LineTiming timing = LineTiming.of(new SerialSettings("x", baud, SerialSettings.Parity.NONE, 8, 1));
        return new RtuLine(() -> link, timing, counters, link::now);
    }

    final Exchange read(int unit, int address) {
        return line.exchange(request(unit, address, 1), TIMEOUT);
    }

    static ModbusRequest request(int unit, int address, int count) {
        ModbusRequest request = new ReadMultipleRegistersRequest(address, count);
        request.setUnitID(unit);
        return request;
    }

    /** The reply of a unit to reading one register, without CRC. */
    static String reply(int unit, int value) {
        return String.format("%02x0302%04x", unit, value);
    }

    static int value(Exchange exchange) {
        Exchange.Reply reply = assertInstanceOf(Exchange.Reply.class, exchange, exchange.toString());
        return ((ReadMultipleRegistersResponse) reply.response()).getRegisterValue(0);
    }

    static void assertFault(Fault fault, Exchange exchange) {
        assertEquals(fault, assertInstanceOf(Exchange.NoReply.class, exchange).fault());
    }
}
