package io.fieldmouse.sim;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The floor plan of this module: sim.modbus may know sim.port and sim, and no room the codec of the gateway. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.fieldmouse.sim");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.fieldmouse.(sim..)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void signalsAndFaultsKnowNoRoomAboveThem() {
        noClasses()
                .that()
                .resideInAPackage("io.fieldmouse.sim")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.fieldmouse.sim.*..")
                .check(CLASSES);
    }

    @Test
    void portsKnowNeitherProtocolsNorSignals() {
        noClasses()
                .that()
                .resideInAPackage("io.fieldmouse.sim.port")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fieldmouse.sim", "io.fieldmouse.sim.modbus..", "io.fieldmouse.sim.can..")
                .check(CLASSES);
    }

    @Test
    void nothingIsSharedWithTheGateway() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fieldmouse.gateway..", "com.ghgande..", "com.fazecast..")
                .check(CLASSES);
    }

    @Test
    void onlyThePortKnowsNativeCalls() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.fieldmouse.sim.port")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.sun.jna..")
                .check(CLASSES);
    }
}
