package io.fieldmouse.gateway.yaml;

/**
 * One thing that is wrong in a configuration file, or most likely wrong, in the words a user reads.
 *
 * @param file the file as the user named it
 * @param line counted from 1; 0 when the file as a whole is meant
 * @param column counted from 1; 0 when the file as a whole is meant
 * @param path the key from the top of the file, such as {@code devices[3].order}; empty for the file as a whole
 * @param found what stands there, such as {@code "ABDC"} or {@code nothing}
 * @param advice what is allowed there, or what to do
 */
public record ConfigProblem(String file, int line, int column, String path, String found, String advice) {

    /** {@code config/fieldmouse.yaml:42:9 devices[3].order: found "ABDC", allowed: ABCD, BADC, CDAB, DCBA}. */
    @Override
    public String toString() {
        String position = line == 0 ? "" : ":" + line + ":" + column;
        String key = path.isEmpty() ? ":" : " " + path + ":";
        return file + position + key + " found " + found + ", " + advice;
    }
}
