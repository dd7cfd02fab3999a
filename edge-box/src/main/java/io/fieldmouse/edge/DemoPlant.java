package io.fieldmouse.edge;

import io.fieldmouse.sim.Signal;
import io.fieldmouse.sim.modbus.PointConfig;
import io.fieldmouse.sim.modbus.RegisterType;
import io.fieldmouse.sim.modbus.SimulatedSlave;
import io.fieldmouse.sim.modbus.Table;
import java.time.Duration;

/**
 * What joins the demo's registers: the fan turns as fast as it is told while it is to run, and the boiler's water follows
 * its setpoint. So that a command sent to the demo is seen in what is measured, not only in what was written.
 */
final class DemoPlant {

    private static final int SPEED = 0;
    private static final int TORQUE = 1;
    private static final int CURRENT = 2;
    private static final int FLOW = 0;

    /** How far the boiler's water stays below what is wanted, and how far it swings; in tenths of a degree. */
    private static final int FLOW_BELOW = 35;

    private static final int FLOW_SWING = 35;
    private static final int SPEED_SWING = 12;

    private final SimulatedSlave boiler;
    private final SimulatedSlave fan;
    private int boilerWanted;
    private int fanWanted;

    DemoPlant(SimulatedSlave boiler, SimulatedSlave fan) {
        this.boiler = boiler;
        this.fan = fan;
        this.boilerWanted = setpoint(boiler);
        this.fanWanted = fanSpeed();
    }

    /** To be called every now and then. */
    void step() {
        int temperature = setpoint(boiler);
        if (temperature != boilerWanted) {
            boilerWanted = temperature;
            input(boiler, FLOW, swing(temperature - FLOW_BELOW, FLOW_SWING, Duration.ofSeconds(40)));
        }
        int speed = fanSpeed();
        if (speed != fanWanted) {
            fanWanted = speed;
            boolean turns = speed != 0;
            input(fan, SPEED, turns ? swing(speed, SPEED_SWING, Duration.ofSeconds(15)) : new Signal.Constant(0));
            input(fan, TORQUE, turns ? new Signal.Noise(423, 15, 6) : new Signal.Constant(0));
            input(fan, CURRENT, turns ? new Signal.Noise(312, 8, 7) : new Signal.Constant(0));
        }
    }

    private int fanSpeed() {
        boolean run = fan.read(Table.COIL, 0) == 1;
        return run ? setpoint(fan) : 0;
    }

    /** Of both: an int16 in the first holding register. */
    private static int setpoint(SimulatedSlave slave) {
        return (short) slave.read(Table.HOLDING_REGISTER, 0);
    }

    /** A swing that stays within an int16, whatever was written. */
    private static Signal swing(int around, int amplitude, Duration period) {
        int offset = Math.max(Short.MIN_VALUE + amplitude, Math.min(around, Short.MAX_VALUE - amplitude));
        return new Signal.Sine(offset, amplitude, period);
    }

    private static void input(SimulatedSlave slave, int address, Signal signal) {
        slave.define(PointConfig.of(Table.INPUT_REGISTER, address, RegisterType.INT16, signal));
    }
}
