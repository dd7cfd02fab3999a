package io.fieldmouse.broker.conformance;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Where a tree of Java sources speaks of the specification: in comments, {@code [MQTT-3.1.2-22]}, and in {@link
 * io.fieldmouse.broker.Proves}. The compiler's own parser says in which class and method; nothing is loaded or run.
 */
final class JavaSources {
    private static final Pattern TAG = Pattern.compile("\\[(MQTT-\\d[^\\]]*)\\]");

    private final List<Mention> comments = new ArrayList<>();
    private final List<Mention> proofs = new ArrayList<>();

    /**
     * One statement at one place.
     *
     * @param id of the statement, as it is written there
     * @param place class and method: no line, which would change with every edit
     */
    record Mention(String id, String place) {}

    private JavaSources() {}

    static JavaSources under(Path directory) {
        JavaSources sources = new JavaSources();
        try (Stream<Path> tree = Files.walk(directory);
                StandardJavaFileManager files = compiler().getStandardFileManager(null, null, null)) {
            List<Path> paths = tree.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList();
            JavacTask task = (JavacTask)
                    compiler().getTask(null, files, null, null, null, files.getJavaFileObjectsFromPaths(paths));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                sources.read(unit, positions);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sources;
    }

    /** Statements named in brackets, anywhere in the text. */
    List<Mention> comments() {
        return comments;
    }

    /** Statements named in {@code @Proves}. */
    List<Mention> proofs() {
        return proofs;
    }

    private static JavaCompiler compiler() {
        return ToolProvider.getSystemJavaCompiler();
    }

    private void read(CompilationUnitTree unit, SourcePositions positions) throws IOException {
        String text = unit.getSourceFile().getCharContent(true).toString();
        Matcher tag = TAG.matcher(text);
        while (tag.find()) {
            Place place = new Place(unit, positions, text, tag.start());
            comments.add(new Mention(tag.group(1), place.name()));
        }
        new TreeScanner<@Nullable Void, String>() {
            @Override
            public @Nullable Void visitClass(ClassTree type, String outer) {
                String name = outer + type.getSimpleName();
                prove(type.getModifiers(), name);
                return super.visitClass(type, name + ".");
            }

            @Override
            public @Nullable Void visitMethod(MethodTree method, String outer) {
                prove(method.getModifiers(), outer + method.getName());
                return super.visitMethod(method, outer);
            }
        }.scan(unit, "");
    }

    private void prove(ModifiersTree modifiers, String place) {
        for (AnnotationTree annotation : modifiers.getAnnotations()) {
            if (annotation.getAnnotationType().toString().equals("Proves")) {
                new TreeScanner<@Nullable Void, @Nullable Void>() {
                    @Override
                    public @Nullable Void visitLiteral(LiteralTree id, @Nullable Void none) {
                        proofs.add(new Mention(String.valueOf(id.getValue()), place));
                        return null;
                    }
                }.scan(annotation.getArguments(), null);
            }
        }
    }

    /** Finds what a comment belongs to: the member around it, before it on its line, or after it. */
    private record Place(CompilationUnitTree unit, SourcePositions positions, String text, int offset) {

        String name() {
            return nameIn(unit.getTypeDecls(), "");
        }

        private String nameIn(List<? extends Tree> members, String outer) {
            Tree member = memberOf(members);
            if (member instanceof ClassTree type) {
                String name = outer + type.getSimpleName();
                return start(type) <= offset ? nameIn(type.getMembers(), name + ".") : name;
            }
            if (member instanceof MethodTree method) {
                String name = method.getName().toString();
                return outer + (name.equals("<init>") ? "new" : name);
            }
            if (member instanceof VariableTree field) {
                return outer + field.getName();
            }
            return outer.isEmpty() ? "?" : outer.substring(0, outer.length() - 1);
        }

        private @Nullable Tree memberOf(List<? extends Tree> members) {
            @Nullable Tree following = null;
            for (Tree member : members) {
                if (start(member) < 0 || end(member) < 0) {
                    continue; // not in the text: the default constructor
                }
                if (start(member) <= offset && offset < endOfLine(end(member))) {
                    return member;
                }
                if (start(member) > offset && (following == null || start(member) < start(following))) {
                    following = member;
                }
            }
            return following;
        }

        private long endOfLine(long end) {
            int newline = text.indexOf('\n', (int) end);
            return newline < 0 ? text.length() : newline;
        }

        private long start(Tree tree) {
            return positions.getStartPosition(unit, tree);
        }

        private long end(Tree tree) {
            return positions.getEndPosition(unit, tree);
        }
    }
}
