/**
 * The content of a store as a text file, and back. Knows the store's contract and MQTT's rules for topics; nothing of
 * commands. The format is told in {@link io.fieldmouse.edge.backup.BackupLine}.
 */
@NullMarked
package io.fieldmouse.edge.backup;

import org.jspecify.annotations.NullMarked;
