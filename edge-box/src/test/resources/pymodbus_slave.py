"""A Modbus RTU slave on pymodbus, as Debian ships it: unit 1 on the serial port given as the only argument."""
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusRtuFramer

INPUTS = [215, 1013, 0, 0, 0x42F6, 0xE979, 65535, 64302]  # 4, 5: the float 123.456; 6, 7: -1234 as int32
HOLDINGS = [400, 0, 0, 0]

unit = ModbusSlaveContext(
    di=ModbusSequentialDataBlock(0, [1, 0, 1, 0]),
    co=ModbusSequentialDataBlock(0, [0, 1, 0, 1]),
    hr=ModbusSequentialDataBlock(0, HOLDINGS),
    ir=ModbusSequentialDataBlock(0, INPUTS),
    zero_mode=True,
)
StartSerialServer(
    context=ModbusServerContext(slaves={1: unit}, single=False),
    framer=ModbusRtuFramer,
    port=sys.argv[1],
    baudrate=19200,
)
