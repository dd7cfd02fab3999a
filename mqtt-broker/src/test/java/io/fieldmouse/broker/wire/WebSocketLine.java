package io.fieldmouse.broker.wire;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A WebSocket client written by hand, so that a test can send frames as it likes. What is written to {@link #out} at
 * once becomes one binary frame; what is read from {@link #in} came in binary frames, and pings are answered by nobody.
 */
public final class WebSocketLine implements Line {
    public static final int CONTINUATION = 0x0;
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;
    public static final int FIN = 0x80;

    private static final byte[] MASK = {0x12, (byte) 0xF4, 0x56, (byte) 0x9A};

    private final Line line;
    private final DataInputStream raw;
    private final List<Frame> control = new ArrayList<>();
    private byte[] payload = {};
    private int position;

    /** One frame as it came: fin bit and opcode, and what was in it. */
    public static final class Frame {
        private final int head;
        private final byte[] payload;

        private Frame(int head, byte[] payload) {
            this.head = head;
            this.payload = payload;
        }

        public byte[] payload() {
            return payload.clone();
        }

        public int opcode() {
            return head & 0xF;
        }

        /** The code of a Close frame. */
        public int closeCode() {
            return ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        }
    }

    private WebSocketLine(Line line) throws IOException {
        this.line = line;
        this.raw = new DataInputStream(line.in());
    }

    /** With the upgrade done. */
    public static WebSocketLine on(Line line) {
        return on(line, "mqtt");
    }

    /** With the upgrade done to this sub-protocol. */
    public static WebSocketLine on(Line line, String subProtocol) {
        try {
            line.patience(RawClient.DEADLINE);
            line.out().write(request(subProtocol));
            WebSocketLine webSocket = new WebSocketLine(line);
            String answer = webSocket.readHttpHead();
            if (!answer.startsWith("HTTP/1.1 101 ")
                    || !answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                    || !answer.toLowerCase(Locale.ROOT).contains("sec-websocket-protocol: " + subProtocol)) {
                throw new AssertionError("no upgrade: " + answer);
            }
            return webSocket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] request(String subProtocol) {
        String request =
                "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Protocol: " + subProtocol + "\r\n\r\n";
        return request.getBytes(StandardCharsets.ISO_8859_1);
    }

    private String readHttpHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int octet = raw.read();
            if (octet < 0) {
                throw new EOFException("closed in the middle of " + head);
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    /** A client's frame with this first byte. */
    public static byte[] frame(int head, byte[] payload) {
        int count = payload.length;
        byte[] length = count <= 125
                ? Wire.u8(0x80 | count)
                : count <= 0xFFFF
                        ? Wire.join(Wire.u8(0xFE), Wire.u16(count))
                        : Wire.join(Wire.u8(0xFF), Wire.u32(0), Wire.u32(count));
        byte[] masked = new byte[count];
        for (int i = 0; i < count; i++) {
            masked[i] = (byte) (payload[i] ^ MASK[i % 4]);
        }
        return Wire.join(Wire.u8(head), length, MASK, masked);
    }

    public void send(int head, byte[] payload) {
        sendRaw(frame(head, payload));
    }

    public void sendRaw(byte[] bytes) {
        try {
            line.out().write(bytes);
        } catch (IOException e) {
            // The broker may close while we send: what the test expects is read, not written.
        }
    }

    /** The next frame of any kind. */
    public Frame receive() {
        try {
            if (!control.isEmpty()) {
                return control.remove(0);
            }
            line.patience(RawClient.DEADLINE);
            return readFrame();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Frame readFrame() throws IOException {
        int head = raw.readUnsignedByte();
        long length = raw.readUnsignedByte(); // a server does not mask
        if (length == 126) {
            length = raw.readUnsignedShort();
        } else if (length == 127) {
            length = raw.readLong();
        }
        return new Frame(head, raw.readNBytes((int) length));
    }

    /** The Close frame the broker sent, which has been read over, or comes next. */
    public Frame expectClose() {
        Frame frame = receive();
        if (frame.opcode() != CLOSE) {
            throw new AssertionError("expected a Close frame, found opcode " + frame.opcode());
        }
        return frame;
    }

    @Override
    public InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return fill() ? payload[position++] & 0xFF : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (!fill()) {
                    return -1;
                }
                int count = Math.min(length, payload.length - position);
                System.arraycopy(payload, position, target, offset, count);
                position += count;
                return count;
            }
        };
    }

    private boolean fill() throws IOException {
        while (position == payload.length) {
            Frame frame;
            try {
                frame = readFrame();
            } catch (EOFException e) {
                return false;
            }
            switch (frame.opcode()) {
                case BINARY -> {
                    payload = frame.payload;
                    position = 0;
                }
                default -> control.add(frame);
            }
        }
        return true;
    }

    @Override
    public OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet});
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                line.out().write(frame(FIN | BINARY, Arrays.copyOfRange(bytes, offset, offset + length)));
            }
        };
    }

    @Override
    public void patience(Duration time) throws IOException {
        line.patience(time);
    }

    @Override
    public void reset() throws IOException {
        line.reset();
    }

    @Override
    public void close() throws IOException {
        line.close();
    }
}
