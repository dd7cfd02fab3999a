package io.fieldmouse.edge.system;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Places every temporary folder of this module's tests under {@code target/failed-tests}, named after its test: JUnit
 * removes those of tests that succeed, and what a failed one leaves, its processes' output and stores, is found there.
 * Named in {@code junit-platform.properties}.
 */
public final class KeptFolders implements TempDirFactory {

    private static final Path PLACE = Path.of("target", "failed-tests").toAbsolutePath();

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        String method = context.getTestMethod().map(Method::getName).orElse("class");
        return Files.createTempDirectory(
                Files.createDirectories(PLACE), context.getRequiredTestClass().getSimpleName() + "." + method + "-");
    }
}
