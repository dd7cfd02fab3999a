package io.fieldmouse.broker.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** A Unix domain socket. */
public final class UnixLine implements Line {
    private final SocketChannel channel;
    private final Selector readable;
    private final Selector writable;
    private Duration patience = RawClient.DEADLINE;

    private UnixLine(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        readable = Selector.open();
        writable = Selector.open();
        channel.register(readable, SelectionKey.OP_READ);
        channel.register(writable, SelectionKey.OP_WRITE);
    }

    public static UnixLine to(Path path) {
        try {
            return new UnixLine(SocketChannel.open(UnixDomainSocketAddress.of(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int count = channel.read(ByteBuffer.wrap(target, offset, length));
                if (count == 0) {
                    await(readable);
                    count = channel.read(ByteBuffer.wrap(target, offset, length));
                }
                return count;
            }
        };
    }

    private void await(Selector selector) throws IOException {
        if (selector.select(Math.max(1, patience.toMillis())) == 0) {
            throw new SocketTimeoutException("nothing within " + patience);
        }
        selector.selectedKeys().clear();
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
                ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
                while (rest.hasRemaining()) {
                    if (channel.write(rest) == 0) {
                        await(writable);
                    }
                }
            }
        };
    }

    @Override
    public void patience(Duration time) {
        patience = time;
    }

    @Override
    public void reset() throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        readable.close();
        writable.close();
    }
}
