package io.fieldmouse.edge.system;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** One packaged broker for all tests of a class, with one lane and then with four: for clients nobody here wrote. */
@ParameterizedClass(name = "{0} lanes")
@ValueSource(ints = {1, 4})
@SuppressWarnings("NullAway.Init") // JUnit and the first method fill the fields
abstract class PackagedBrokerTestBase {
    @TempDir
    static Path directory;

    static PackagedBroker broker;

    @Parameter
    int lanes;

    @BeforeParameterizedClassInvocation
    static void startBroker(int lanes) throws Exception {
        broker = PackagedBroker.start(Files.createDirectory(directory.resolve(lanes + "-lanes")), "lanes=" + lanes);
    }

    @AfterParameterizedClassInvocation
    static void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }
}
