package io.fieldmouse.gateway;

import io.fieldmouse.gateway.modbus.ModbusBus;
import io.fieldmouse.gateway.modbus.ModbusBusConfig;
import io.fieldmouse.gateway.modbus.ModbusDevice;
import io.fieldmouse.gateway.modbus.ModbusPoint;
import io.fieldmouse.gateway.modbus.UnitDiagnostics;
import io.fieldmouse.gateway.publish.BrokerLink;
import io.fieldmouse.gateway.publish.CommandInbox;
import io.fieldmouse.gateway.publish.LinkMessage;
import io.fieldmouse.gateway.publish.ReadingPublisher;
import io.fieldmouse.gateway.reading.ChangeFilter;
import io.fieldmouse.gateway.reading.LogText;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway, wired: buses deliver readings to the publisher, the publisher and the inbox share the link, commands go
 * to the bus of their device. Read the constructor for what there is.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final GatewayConfig config;
    private final BrokerLink link;
    private final ReadingPublisher publisher;
    private final CommandInbox inbox;
    private final List<ModbusBus> buses = new ArrayList<>();
    private final Map<String, ModbusBus> busOfDevice = new HashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** A gateway on the system's clocks. */
    public Gateway(GatewayConfig config, BrokerLink link) {
        this(config, link, InstantSource.system(), System::nanoTime);
    }

    /**
     * Builds everything and starts nothing.
     *
     * @param link closed with the gateway
     * @param instants the time of readings
     * @param nanos a monotonic clock that runs with the passing of real time
     */
    public Gateway(GatewayConfig config, BrokerLink link, InstantSource instants, LongSupplier nanos) {
        this.config = config;
        this.link = link;
        ChangeFilter filter = new ChangeFilter(config.heartbeat());
        publisher = new ReadingPublisher(config.topics(), pointsOfDevices(config), filter, link, nanos);
        inbox = new CommandInbox(config.topics(), link, this::set, nanos);
        for (ModbusBusConfig busConfig : config.buses()) {
            if (busConfig.devices().isEmpty()) {
                LOG.warn("bus has no devices, its port is left alone bus={}", busConfig.name());
                continue;
            }
            ModbusBus bus = new ModbusBus(busConfig, publisher, instants, nanos);
            buses.add(bus);
            busConfig.devices().forEach(device -> busOfDevice.put(device.name(), bus));
        }
    }

    /** Connects, takes commands and begins to poll. To be called once. */
    public void start() {
        LOG.info(
                "gateway starts id={} topics={}/# buses={} devices={}",
                config.id(),
                config.topics().root(),
                buses.size(),
                busOfDevice.size());
        config.buses().forEach(Gateway::logDevices);
        publisher.start();
        link.open(publisher.will(), new LinkListener());
        inbox.start();
        buses.forEach(ModbusBus::start);
    }

    private static void logDevices(ModbusBusConfig bus) {
        for (ModbusDevice device : bus.devices()) {
            LOG.info(
                    "device name={} bus={} port={} unit={} points={} intervalMs={} timeoutMs={}",
                    device.name(),
                    bus.name(),
                    bus.serial().port(),
                    device.unitId(),
                    device.points().size(),
                    device.interval().toMillis(),
                    device.timeout().toMillis());
        }
    }

    /** What happened with each unit, by bus and in the order of the configuration. Any thread, any time. */
    public List<UnitDiagnostics> diagnostics() {
        return buses.stream().flatMap(bus -> bus.diagnostics().stream()).toList();
    }

    /** What became of the commands so far. */
    public CommandInbox.Counts commands() {
        return inbox.counts();
    }

    /** Changes of a topic that the link was too slow, or down, to be given. */
    public long readingsOvertaken() {
        return publisher.overtaken();
    }

    /** Messages of topics that the link took and that did not arrive at the broker; what they hold is sent again. */
    public long readingsLost() {
        return publisher.lost();
    }

    /**
     * Ends polling, says that everything is offline, and closes the link. Takes at most ten seconds when a port, the
     * link and its broker all hang, and usually as long as the exchange that is under way. A second call does nothing.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        closeBuses();
        publisher.close();
        link.close();
        CommandInbox.Counts commands = commands();
        LOG.info(
                "gateway ended id={} commands={} copies={} retainedIgnored={} refused={} answersLost={}"
                        + " readingsOvertaken={} readingsLost={}",
                config.id(),
                commands.executed(),
                commands.copies(),
                commands.retainedIgnored(),
                commands.refused(),
                commands.answersLost(),
                readingsOvertaken(),
                readingsLost());
    }

    /** All at once: each may have to wait for a device that does not answer. */
    private void closeBuses() {
        List<Thread> closing = new ArrayList<>();
        for (ModbusBus bus : buses) {
            Thread thread = new Thread(bus::close, "close-bus");
            closing.add(thread);
            thread.start();
        }
        try {
            for (Thread thread : closing) {
                thread.join();
            }
        } catch (InterruptedException e) {
            // Whoever interrupts wants an end now: the buses go on closing by themselves.
            Thread.currentThread().interrupt();
        }
    }

    private void set(SetRequest request, Consumer<SetOutcome> asker) {
        ModbusBus bus = busOfDevice.get(request.device());
        if (bus == null) {
            asker.accept(new SetOutcome.Refused("there is no device " + request.device()));
        } else {
            bus.submit(request, asker);
        }
    }

    private static Map<String, List<String>> pointsOfDevices(GatewayConfig config) {
        Map<String, List<String>> points = new LinkedHashMap<>();
        for (ModbusBusConfig bus : config.buses()) {
            for (ModbusDevice device : bus.devices()) {
                points.put(
                        device.name(),
                        device.points().stream().map(ModbusPoint::name).toList());
            }
        }
        return points;
    }

    /** Tells the two that use the link. */
    private final class LinkListener implements BrokerLink.Listener {
        @Override
        public void connected() {
            LOG.info("link to the broker is up gateway={}", config.id());
            publisher.connected();
        }

        @Override
        public void disconnected(String reason) {
            LOG.warn("link to the broker is down gateway={} reason={}", config.id(), LogText.quoted(reason));
            publisher.disconnected();
        }

        @Override
        public void received(LinkMessage message) {
            inbox.received(message);
        }

        @Override
        public void lost(LinkMessage message) {
            if (!publisher.lost(message)) {
                inbox.answerLost();
            }
        }
    }
}
