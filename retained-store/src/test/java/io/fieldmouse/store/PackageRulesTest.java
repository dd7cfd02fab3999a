package io.fieldmouse.store;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** H2 and SQL have a few classes to live in; the queue, the ledger and the contract know neither. */
class PackageRulesTest {
    private static final Set<String> HOMES_OF_SQL = Set.of(
            "CheckpointFile",
            "Checkpoints",
            "EntryReader",
            "EntryWriter",
            "H2Failure",
            "OldTables",
            "Recovery",
            "StoreInspection");

    private static final Set<String> PUBLIC = Set.of(
            "MessageStore",
            "StoreImport",
            "StoreInspection",
            "StoreReport",
            "StoreCompaction",
            "CommitListener",
            "StoreConfig",
            "StoreStatus",
            "Disk",
            "Durability",
            "StoreException",
            "StoreChange",
            "StoredState",
            "StoredSession",
            "StoredMessage",
            "StoredSubscription",
            "StoredWill");

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.fieldmouse.store");

    private static String topLevelName(JavaClass type) {
        String name = type.getName().substring(type.getPackageName().length() + 1);
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    @Test
    void onlyTheSqlClassesKnowSql() {
        noClasses()
                .that(DescribedPredicate.describe(
                        "are no home of SQL", type -> !HOMES_OF_SQL.contains(topLevelName(type))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.h2..", "java.sql..", "javax.sql..")
                .check(classes);
    }

    @Test
    void onlyTheContractIsPublic() {
        ArchRuleDefinition.classes()
                .should(new ArchCondition<>("be public only as part of the contract") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        boolean isPublic = type.getModifiers().contains(JavaModifier.PUBLIC);
                        events.add(new SimpleConditionEvent(
                                type, !isPublic || PUBLIC.contains(topLevelName(type)), type.getName() + " is public"));
                    }
                })
                .check(classes);
    }
}
