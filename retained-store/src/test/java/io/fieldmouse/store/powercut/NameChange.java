package io.fieldmouse.store.powercut;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A change of a directory that may not be on disk yet. */
sealed interface NameChange {

    /** A new file. */
    record Made(String name, SimulatedFile file) implements NameChange {
        @Override
        public void applyTo(Map<String, SimulatedFile> files) {
            files.put(name, file);
        }

        @Override
        public Set<String> names() {
            return Set.of(name);
        }
    }

    /** In one step, whatever was called so before. */
    record Renamed(String name, String target) implements NameChange {
        @Override
        public void applyTo(Map<String, SimulatedFile> files) {
            files.put(target, files.remove(name));
        }

        @Override
        public Set<String> names() {
            return Set.of(name, target);
        }
    }

    /** The name is gone. */
    record Deleted(String name) implements NameChange {
        @Override
        public void applyTo(Map<String, SimulatedFile> files) {
            files.remove(name);
        }

        @Override
        public Set<String> names() {
            return Set.of(name);
        }
    }

    /** Puts it into force in this directory. */
    void applyTo(Map<String, SimulatedFile> files);

    /** Those that are other than before. */
    Set<String> names();

    /**
     * The directory that a power cut leaves. Changes that concern the same names happen in their order, as far as they
     * happen; those that have nothing to do with each other may happen in any order.
     */
    static Map<String, SimulatedFile> afterPowerCut(
            Map<String, SimulatedFile> durable, List<NameChange> unforced, Random random) {
        Map<String, SimulatedFile> left = new HashMap<>(durable);
        for (List<NameChange> related : related(unforced)) {
            int happened = random.nextInt(related.size() + 1);
            related.subList(0, happened).forEach(change -> change.applyTo(left));
        }
        return left;
    }

    /** Apart are those between which no chain of common names leads. */
    private static List<List<NameChange>> related(List<NameChange> changes) {
        List<List<NameChange>> groups = new ArrayList<>();
        List<NameChange> rest = new ArrayList<>(changes);
        while (!rest.isEmpty()) {
            Set<String> names = namesTiedTo(rest.get(0), rest);
            groups.add(rest.stream().filter(change -> touches(change, names)).toList());
            rest.removeIf(change -> touches(change, names));
        }
        return groups;
    }

    private static Set<String> namesTiedTo(NameChange first, List<NameChange> changes) {
        Set<String> names = new HashSet<>(first.names());
        int before;
        do {
            before = names.size();
            changes.stream().filter(change -> touches(change, names)).forEach(change -> names.addAll(change.names()));
        } while (names.size() > before);
        return names;
    }

    private static boolean touches(NameChange change, Set<String> names) {
        return change.names().stream().anyMatch(names::contains);
    }
}
