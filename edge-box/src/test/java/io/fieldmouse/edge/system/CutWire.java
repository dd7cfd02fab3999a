package io.fieldmouse.edge.system;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A TCP wire to a port of this machine that can be cut: for clients that always say goodbye. */
final class CutWire implements AutoCloseable {
    private final ServerSocket server;
    private final int targetPort;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    CutWire(int targetPort) throws IOException {
        this.targetPort = targetPort;
        this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        daemon(() -> {
            Socket near = server.accept();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), targetPort());
            sockets.addAll(List.of(near, far));
            daemon(() -> carry(near, far));
            daemon(() -> carry(far, near));
        });
    }

    private int targetPort() {
        return targetPort;
    }

    int port() {
        return server.getLocalPort();
    }

    private interface Carrying {
        void run() throws IOException;
    }

    private static void daemon(Carrying task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // The wire was cut.
                    }
                },
                "wire");
        thread.setDaemon(true);
        thread.start();
    }

    private static void carry(Socket from, Socket to) throws IOException {
        InputStream in = from.getInputStream();
        byte[] buffer = new byte[4096];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            to.getOutputStream().write(buffer, 0, count);
        }
    }

    /** Cuts it. */
    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
