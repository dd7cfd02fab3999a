package io.fieldmouse.store.recording;

/**
 * Something that happened to a file, or a test's own mark between such things.
 *
 * @param subject the file's path; for a mark its text
 * @param position where in the file; for a truncation the new size; for a mark whatever number belongs to it
 * @param length bytes written; else 0
 */
public record FileEvent(Kind kind, String subject, long position, long length) {

    /** What happened. */
    public enum Kind {
        WRITE,
        FORCE,
        TRUNCATE,
        MARK
    }
}
