package io.fieldmouse.edge.demo;

import io.fieldmouse.edge.demo.Readings.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The table as lines of text, of at most so many columns and lines. Where not all topics fit, each device keeps its
 * first ones, and the last line says how many are left out.
 *
 * <pre>
 * TOPIC fieldmouse/demo/...      VALUE  UNIT  QUALITY           AGE
 * boiler/flow-temperature         63.2  °C    good            0.3 s
 * </pre>
 */
final class Table {

    private static final int VALUE_WIDTH = 9;
    private static final int UNIT_WIDTH = 4;
    private static final int QUALITY_WIDTH_MIN = 9;
    private static final int AGE_WIDTH = 6;
    /** Below this, a reason would be cut to nothing worth reading. */
    private static final int REASON_WIDTH_MIN = 24;

    /** Wider, and the eye loses the line. */
    private static final int COLUMNS_MAX = 118;

    private static final String GAP = "  ";
    private static final Duration FRESH = Duration.ofMillis(700);

    private final int columns;
    private final int linesMax;
    private final boolean colours;
    private final String root;

    /** @param root what is left out of the topics that begin with it, and said in the head; may be empty */
    Table(int columns, int linesMax, boolean colours, String root) {
        this.columns = Math.min(columns, COLUMNS_MAX);
        this.linesMax = linesMax;
        this.colours = colours;
        this.root = root;
    }

    List<String> lines(List<Row> rows, long nowNanos) {
        int topicWidth = topicWidth(rows);
        int qualityWidth = columns - topicWidth - VALUE_WIDTH - UNIT_WIDTH - AGE_WIDTH - 4 * GAP.length();
        Columns widths = new Columns(topicWidth, qualityWidth);
        List<String> lines = new ArrayList<>();
        lines.add(Style.BOLD.on(widths.line(head(), "VALUE", "UNIT", "QUALITY", "AGE"), colours));
        List<Row> shown = fit(rows);
        String device = shown.isEmpty() ? "" : shown.get(0).device();
        boolean roomy = rows.size() + devices(rows) < linesMax;
        for (Row row : shown) {
            if (roomy && !row.device().equals(device)) {
                lines.add("");
            }
            device = row.device();
            lines.add(line(row, widths, nowNanos));
        }
        if (shown.size() < rows.size()) {
            lines.add(Style.DIM.on("and " + (rows.size() - shown.size()) + " topics more", colours));
        }
        return lines;
    }

    private int topicWidth(List<Row> rows) {
        int longest =
                rows.stream().mapToInt(row -> width(shortTopic(row))).max().orElse(0);
        longest = Math.max(longest, width(head()));
        int room = columns - VALUE_WIDTH - UNIT_WIDTH - QUALITY_WIDTH_MIN - AGE_WIDTH - 4 * GAP.length();
        return Math.max(5, Math.min(longest, room));
    }

    private String head() {
        return root.isEmpty() ? "TOPIC" : "TOPIC " + root + "...";
    }

    private String shortTopic(Row row) {
        return row.topic().startsWith(root) ? row.topic().substring(root.length()) : row.topic();
    }

    private static long devices(List<Row> rows) {
        return rows.stream().map(Row::device).distinct().count();
    }

    /** Takes from each device in turn until the lines are full. */
    private List<Row> fit(List<Row> rows) {
        int room = linesMax - 1;
        if (rows.size() <= room) {
            return rows;
        }
        Map<String, List<Row>> byDevice = new LinkedHashMap<>();
        rows.forEach(row -> byDevice.computeIfAbsent(row.device(), device -> new ArrayList<>())
                .add(row));
        Map<String, Integer> taken = new LinkedHashMap<>();
        // One line is for saying how many are left out.
        int left = Math.max(0, room - 1);
        for (int turn = 0; left > 0 && turn < rows.size(); turn++) {
            for (Map.Entry<String, List<Row>> entry : byDevice.entrySet()) {
                if (left > 0 && entry.getValue().size() > turn) {
                    taken.merge(entry.getKey(), 1, Integer::sum);
                    left--;
                }
            }
        }
        List<Row> shown = new ArrayList<>();
        byDevice.forEach((device, ofDevice) -> shown.addAll(ofDevice.subList(0, taken.getOrDefault(device, 0))));
        return shown;
    }

    private String line(Row row, Columns widths, long nowNanos) {
        TopicState state = row.state();
        boolean fresh = nowNanos - row.changedNanos() < FRESH.toNanos();
        Style valueStyle = state.isWord() ? wordStyle(state.value()) : fresh ? Style.BOLD : Style.PLAIN;
        boolean reason = !state.reason().isEmpty() && widths.quality >= REASON_WIDTH_MIN;
        String quality = reason ? state.quality() + ": " + state.reason() : state.quality();
        Duration age = Duration.ofNanos(Math.max(0, nowNanos - row.heardNanos()));
        return pad(shortTopic(row), widths.topic)
                + GAP
                + valueStyle.on(padLeft(state.value(), VALUE_WIDTH), colours)
                + GAP
                + pad(state.unit(), UNIT_WIDTH)
                + GAP
                + qualityStyle(state.quality()).on(pad(quality, widths.quality), colours)
                + GAP
                + padLeft(age(age), AGE_WIDTH);
    }

    private static Style wordStyle(String word) {
        return word.equals("online") ? Style.GREEN : Style.RED;
    }

    private static Style qualityStyle(String quality) {
        return switch (quality) {
            case "good" -> Style.GREEN;
            case "stale" -> Style.YELLOW;
            case "bad" -> Style.RED;
            default -> Style.PLAIN;
        };
    }

    static String age(Duration age) {
        long seconds = age.toSeconds();
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", age.toMillis() / 1000.0);
        }
        return seconds < 3600 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }

    private record Columns(int topic, int quality) {
        String line(String topicText, String value, String unit, String qualityText, String age) {
            return pad(topicText, topic)
                    + GAP
                    + padLeft(value, VALUE_WIDTH)
                    + GAP
                    + pad(unit, UNIT_WIDTH)
                    + GAP
                    + pad(qualityText, quality)
                    + GAP
                    + padLeft(age, AGE_WIDTH);
        }
    }

    /** Cut or filled to the width; a cut shows. */
    private static String pad(String text, int width) {
        String cut = cut(text, width);
        return cut + " ".repeat(width - width(cut));
    }

    private static String padLeft(String text, int width) {
        String cut = cut(text, width);
        return " ".repeat(width - width(cut)) + cut;
    }

    private static String cut(String text, int width) {
        if (width(text) <= width) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, Math.max(0, width - 1))) + "…";
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
