package io.fieldmouse.edge.demo;

/** Colours of a terminal (ECMA-48 SGR), or none. */
enum Style {
    PLAIN(""),
    BOLD("\033[1m"),
    DIM("\033[2m"),
    GREEN("\033[32m"),
    YELLOW("\033[33m"),
    RED("\033[1;31m");

    private static final String RESET = "\033[0m";

    private final String start;

    Style(String start) {
        this.start = start;
    }

    String on(String text, boolean colours) {
        return colours && !start.isEmpty() ? start + text + RESET : text;
    }
}
