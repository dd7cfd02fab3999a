package io.fieldmouse.edge;

/** Ends a command with a sentence for the user and exit code 1. */
final class CommandFailure extends Exception {

    private static final long serialVersionUID = 1;

    CommandFailure(String message) {
        super(message);
    }
}
