package io.fieldmouse.broker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** Which room may know which: broker, connection and admin, routing, session, then access, lane and message. */
class PackageRulesTest {
    /** By where they lie, and not by name: tests are in the same packages, and where they lie depends on the build. */
    private final JavaClasses classes = new ClassFileImporter()
            .importUrl(Broker.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void roomsKnowOnlyThoseBelow() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("broker")
                .definedBy("io.fieldmouse.broker")
                .layer("connection")
                .definedBy("io.fieldmouse.broker.connection..")
                .layer("admin")
                .definedBy("io.fieldmouse.broker.admin..")
                .layer("routing")
                .definedBy("io.fieldmouse.broker.routing..")
                .layer("session")
                .definedBy("io.fieldmouse.broker.session..")
                .layer("access")
                .definedBy("io.fieldmouse.broker.access..")
                .layer("lane")
                .definedBy("io.fieldmouse.broker.lane..")
                .layer("message")
                .definedBy("io.fieldmouse.broker.message..")
                .whereLayer("broker")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("connection")
                .mayOnlyBeAccessedByLayers("broker")
                .whereLayer("admin")
                .mayOnlyBeAccessedByLayers("broker")
                .whereLayer("routing")
                .mayOnlyBeAccessedByLayers("broker", "connection", "admin")
                .whereLayer("session")
                .mayOnlyBeAccessedByLayers("broker", "connection", "admin", "routing")
                .whereLayer("access")
                .mayOnlyAccessLayers("message")
                .whereLayer("lane")
                .mayNotAccessAnyLayer()
                .whereLayer("message")
                .mayNotAccessAnyLayer()
                .check(classes);
    }

    @Test
    void thereIsNoCycle() {
        slices().matching("io.fieldmouse.broker.(*)..")
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    @Test
    void nettyLivesInConnection() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.fieldmouse.broker.connection..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(classes);
    }

    @Test
    void nobodyKnowsTheDatabase() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.h2..", "java.sql..", "javax.sql..")
                .check(classes);
    }

    @Test
    void sessionsAndRoutesDoNotKnowWhereTheStoreKeepsThings() {
        noClasses()
                .that()
                .resideInAnyPackage("io.fieldmouse.broker.lane..", "io.fieldmouse.broker.message..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.fieldmouse.store..")
                .check(classes);
    }
}
