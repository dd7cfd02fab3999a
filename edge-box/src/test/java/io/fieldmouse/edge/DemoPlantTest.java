package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.gateway.yaml.YamlReader;
import io.fieldmouse.sim.modbus.SimulatedSlave;
import io.fieldmouse.sim.modbus.Table;
import org.junit.jupiter.api.Test;

final class DemoPlantTest {

    @Test
    void commandsShowInWhatIsMeasured() throws Exception {
        try (DemoFiles files = DemoFiles.unpack();
                SimulatedLines lines =
                        SimulatedLines.start(SimFile.read(new YamlReader(files::variable), files.path("sim.yaml")))) {
            SimulatedSlave boiler = lines.line("heating").slave(1);
            SimulatedSlave fan = lines.line("machines").slave(1);
            DemoPlant plant = new DemoPlant(boiler, fan);
            plant.step();
            assertEquals(1450, fan.read(Table.INPUT_REGISTER, 0));
            assertEquals(615, boiler.read(Table.INPUT_REGISTER, 0));

            fan.store(Table.COIL, 0, 0);
            boiler.store(Table.HOLDING_REGISTER, 0, 700);
            plant.step();
            assertEquals(0, fan.read(Table.INPUT_REGISTER, 0));
            assertEquals(0, fan.read(Table.INPUT_REGISTER, 2));
            assertEquals(665, boiler.read(Table.INPUT_REGISTER, 0));

            fan.store(Table.COIL, 0, 1);
            fan.store(Table.HOLDING_REGISTER, 0, 900);
            plant.step();
            assertEquals(900, fan.read(Table.INPUT_REGISTER, 0));

            // The largest that can be written must not end the demo.
            fan.store(Table.HOLDING_REGISTER, 0, 0x7FFF);
            boiler.store(Table.HOLDING_REGISTER, 0, 0x8000);
            plant.step();
            assertEquals(0x7FFF - 12, fan.read(Table.INPUT_REGISTER, 0));
        }
    }
}
