package io.fieldmouse.broker.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** A TCP socket. */
public final class SocketLine implements Line {
    private static final int CONNECT_MILLIS = 10_000;

    private final Socket socket;

    public SocketLine(Socket socket) {
        this.socket = socket;
    }

    /** To this port of the loopback interface. */
    public static SocketLine to(int port) {
        return to(port, 0);
    }

    /** @param receiveBufferBytes size of the socket's receive buffer; 0 for the system's choice */
    public static SocketLine to(int port, int receiveBufferBytes) {
        return to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), receiveBufferBytes);
    }

    public static SocketLine to(InetSocketAddress address, int receiveBufferBytes) {
        try {
            Socket socket = new Socket();
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.connect(address, CONNECT_MILLIS);
            return new SocketLine(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream in() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public void patience(Duration time) throws IOException {
        socket.setSoTimeout((int) Math.max(1, time.toMillis()));
    }

    @Override
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
