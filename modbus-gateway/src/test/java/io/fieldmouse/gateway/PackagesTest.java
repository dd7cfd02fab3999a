package io.fieldmouse.gateway;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Which package may know which, and where a foreign library is at home: see docs/ARCHITECTURE.md. */
class PackagesTest {
    private static final String HERE = "io.fieldmouse.gateway";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(HERE);

    /** A package of ours and the others of ours that it may know. */
    record Room(String name, List<String> knows) {}

    static final List<Room> ROOMS = List.of(
            new Room("reading", List.of()),
            new Room("yaml", List.of()),
            new Room("link", List.of()),
            new Room("bus", List.of("reading")),
            new Room("modbus", List.of("bus", "link", "reading")),
            new Room("publish", List.of("reading")));

    /** A foreign library and the package that is its home. */
    static final Map<String, String> HOMES = Map.of(
            "com.fazecast..", "link",
            "com.ghgande..", "modbus",
            "io.netty..", "publish",
            "com.fasterxml..", "publish",
            "org.snakeyaml..", "yaml");

    @ParameterizedTest
    @FieldSource("ROOMS")
    void roomKnowsOnlyWhatIsBelowIt(Room room) {
        String[] allowed = Stream.concat(Stream.of(room.name()), room.knows().stream())
                .map(name -> HERE + "." + name + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(HERE + "." + room.name() + "..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.fieldmouse..").and(not(resideInAnyPackage(allowed))))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void everyRoomHasItsRule() {
        String[] known = ROOMS.stream().map(room -> HERE + "." + room.name()).toArray(String[]::new);
        noClasses()
                .that(not(resideInAnyPackage(known)))
                .should()
                .resideOutsideOfPackage(HERE)
                .check(CLASSES);
    }

    @Test
    void noPackageIsPartOfACycle() {
        slices().matching(HERE + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void foreignLibraryIsUsedOnlyAtHome() {
        HOMES.forEach((library, home) -> noClasses()
                .that()
                .resideOutsideOfPackage(HERE + "." + home + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES));
    }

    @Test
    void foreignLibrariesAreThoseWeNamed() {
        noClasses()
                .should()
                .dependOnClassesThat(not(resideInAnyPackage(Stream.concat(
                                HOMES.keySet().stream(),
                                Stream.of("io.fieldmouse..", "java..", "org.slf4j..", "org.jspecify.."))
                        .toArray(String[]::new))))
                .check(CLASSES);
    }
}
