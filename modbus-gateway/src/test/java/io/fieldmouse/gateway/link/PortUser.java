package io.fieldmouse.gateway.link;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process that uses a port, and goes on for a moment when it is told to end, as a bus in an exchange does. */
final class PortUser {
    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    private PortUser() {}

    /** @param arguments the path of a port */
    public static void main(String[] arguments) throws Exception {
        SerialLink link = SerialLink.open(new SerialSettings(arguments[0], 19_200, SerialSettings.Parity.NONE, 8, 1));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> useOnAndHalt(link)));
        System.out.println("open");
        new CountDownLatch(1).await();
    }

    private static void useOnAndHalt(SerialLink link) {
        String end = "closed in peace";
        long start = System.nanoTime();
        try {
            while (System.nanoTime() - start < MOMENT_NANOS) {
                link.read(new byte[1], 0);
                link.write(new byte[] {1}, 1);
                link.pause(TimeUnit.MILLISECONDS.toNanos(10));
            }
        } catch (PortGone e) {
            end = String.valueOf(e.getMessage());
        }
        link.close();
        System.out.println(end);
        Runtime.getRuntime().halt(0);
    }
}
