package io.fieldmouse.gateway.yaml;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One reading of the configuration: files are opened, values are asked for, and {@link #finish} says everything that
 * was wrong, at once. The surprise: a value that is missing or wrong is recorded and a stand-in is returned, so that
 * reading goes on; nothing that was built from a reading may be used before its {@code finish} returned.
 *
 * <p>A key that nobody asked for until {@code finish} is an unknown key: what is allowed is what the program reads, and
 * no second list of it exists. One thread.
 */
public final class YamlReader {
    /** Named after what it speaks of: whoever reads the log knows a configuration, and no reader of YAML. */
    private static final Logger LOG = LoggerFactory.getLogger("Configuration");

    /** Characters a file may have. */
    static final int FILE_LENGTH_MAX = 1 << 20;

    private final UnaryOperator<@Nullable String> environment;
    private final List<String> files = new ArrayList<>();
    private final List<YamlMap> maps = new ArrayList<>();
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<ConfigProblem> warnings = new ArrayList<>();

    public YamlReader() {
        this(System::getenv);
    }

    /** @param environment gives the value of an environment variable, for <code>${env:NAME}</code>, or null */
    public YamlReader(UnaryOperator<@Nullable String> environment) {
        this.environment = environment;
    }

    /** The map at the top of this file; an empty one when the file cannot be read or is not YAML. */
    public YamlMap read(Path path) {
        String file = path.toString();
        files.add(file);
        int problemsBefore = problems.size();
        Optional<Node> top = compose(file, path);
        if (top.isPresent() && top.get() instanceof MappingNode mapping) {
            return register(YamlMap.of(this, file, "", mapping));
        }
        if (top.isPresent() && !top.get().getTag().equals(Tag.NULL)) {
            report(file, top.get().getStartMark(), "", "no keys", "write `key: value` lines");
        }
        boolean flawed = problems.size() > problemsBefore;
        return register(YamlMap.empty(this, file, "", Optional.empty(), flawed));
    }

    /**
     * Ends the reading. What may be meant but is more likely not is logged.
     *
     * @throws ConfigException when anything was wrong, with all of it
     */
    public void finish() throws ConfigException {
        maps.forEach(YamlMap::reportUnknownKeys);
        maps.clear();
        Comparator<ConfigProblem> byPlace = Comparator.comparingInt(
                        (ConfigProblem problem) -> files.indexOf(problem.file()))
                .thenComparingInt(ConfigProblem::line)
                .thenComparingInt(ConfigProblem::column);
        warnings.sort(byPlace);
        warnings.forEach(warning -> LOG.warn("perhaps not meant: {}", warning));
        if (!problems.isEmpty()) {
            problems.sort(byPlace);
            throw new ConfigException(problems);
        }
    }

    /** What may be meant but is more likely not; complete after {@link #finish}, in the order of problems. */
    public List<ConfigProblem> warnings() {
        return List.copyOf(warnings);
    }

    private Optional<Node> compose(String file, Path path) {
        try {
            String text = Files.readString(path);
            if (text.length() > FILE_LENGTH_MAX) {
                report(file, Optional.empty(), "", text.length() + " characters", "allowed: up to " + FILE_LENGTH_MAX);
                return Optional.empty();
            }
            return new Compose(LoadSettings.builder().setLabel(file).build()).composeString(text);
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
            String what = e.getProblem() == null ? e.getContext() : e.getProblem();
            report(file, mark, "", "text that is not YAML (" + what + ")", "check quotes, colons and indentation here");
        } catch (YamlEngineException e) {
            report(file, Optional.empty(), "", "text that is not YAML (" + e.getMessage() + ")", "write it as UTF-8");
        } catch (StackOverflowError e) {
            // The parser descends once for each nesting level; no configuration needs more than a few.
            report(file, Optional.empty(), "", "text that is nested too deeply", "look for a row of brackets");
        } catch (NoSuchFileException e) {
            report(file, Optional.empty(), "", "no such file", "create it or name another");
        } catch (CharacterCodingException e) {
            report(file, Optional.empty(), "", "text in another encoding", "write it as UTF-8");
        } catch (AccessDeniedException e) {
            report(file, Optional.empty(), "", "a file that this user may not read", "change its permissions");
        } catch (IOException e) {
            if (Files.isDirectory(path)) {
                report(file, Optional.empty(), "", "a folder", "name a file");
            } else {
                report(file, Optional.empty(), "", "a file that cannot be read (" + words(e) + ")", "check the disk");
            }
        }
        return Optional.empty();
    }

    private static String words(IOException failure) {
        String reason = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }

    YamlMap register(YamlMap map) {
        maps.add(map);
        return map;
    }

    ConfigProblem report(String file, Optional<Mark> mark, String path, String found, String advice) {
        ConfigProblem problem = problem(file, mark, path, found, advice);
        problems.add(problem);
        return problem;
    }

    void warn(String file, Optional<Mark> mark, String path, String found, String advice) {
        warnings.add(problem(file, mark, path, found, advice));
    }

    private static ConfigProblem problem(String file, Optional<Mark> mark, String path, String found, String advice) {
        int line = mark.map(position -> position.getLine() + 1).orElse(0);
        int column = mark.map(position -> position.getColumn() + 1).orElse(0);
        return new ConfigProblem(file, line, column, path, found, advice);
    }

    /** It was said too early: what was found later says more. */
    void takeBack(ConfigProblem problem) {
        problems.remove(problem);
    }

    @Nullable
    String environment(String name) {
        return environment.apply(name);
    }
}
