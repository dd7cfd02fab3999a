package io.fieldmouse.edge;

import java.nio.file.Path;

/** The folder of the program, as the launcher names it; without a launcher the working directory. */
final class Home {

    private static final String PROPERTY = "fieldmouse.home";

    private Home() {}

    static Path path() {
        return Path.of(System.getProperty(PROPERTY, ""));
    }

    static Path configuration() {
        return path().resolve("config").resolve("fieldmouse.yaml");
    }
}
