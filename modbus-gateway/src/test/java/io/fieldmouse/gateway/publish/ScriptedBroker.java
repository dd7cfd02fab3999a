package io.fieldmouse.gateway.publish;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;

/** A peer that says exactly the bytes a test tells it to, right or wrong. */
final class ScriptedBroker implements AutoCloseable {

    private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

    ScriptedBroker() throws IOException {
        socket.setSoTimeout(20_000);
    }

    BrokerAddress address() {
        return BrokerAddress.of("127.0.0.1", socket.getLocalPort());
    }

    Connection accept() throws IOException {
        return new Connection(socket.accept());
    }

    /** The level in a CONNECT of protocol name "MQTT": fixed header 2, name 6, then the level. */
    static int protocolLevel(byte[] connect) {
        return connect[8];
    }

    static byte[] bytes(String hex) {
        return HexFormat.ofDelimiter(" ").parseHex(hex.trim());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static final class Connection implements AutoCloseable {

        private final Socket socket;
        private final DataInputStream in;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(20_000);
            in = new DataInputStream(socket.getInputStream());
        }

        /** Sends bytes written as {@code 20 02 00 00}. */
        void write(String hex) throws IOException {
            socket.getOutputStream().write(bytes(hex));
        }

        /** A packet of less than 128 bytes. */
        byte[] readPacket() throws IOException {
            int type = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            byte[] packet = new byte[2 + length];
            packet[0] = (byte) type;
            packet[1] = (byte) length;
            in.readFully(packet, 2, length);
            return packet;
        }

        /** Whether the client has closed, with nothing more to read. */
        boolean isAtEnd() throws IOException {
            try {
                in.readByte();
                return false;
            } catch (EOFException e) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
