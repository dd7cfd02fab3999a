/**
 * A file system for H2 that tells in which order a store writes and forces, and that can be made to fail. Published
 * as this module's test-jar, for the system tests too. Start at {@link io.fieldmouse.store.recording.FileRecording}.
 */
@NullMarked
package io.fieldmouse.store.recording;

import org.jspecify.annotations.NullMarked;
