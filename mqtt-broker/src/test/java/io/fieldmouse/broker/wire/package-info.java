/** A scripted MQTT peer for tests, with a codec of its own: shares nothing with the broker's, so that errors show. */
@NullMarked
package io.fieldmouse.broker.wire;

import org.jspecify.annotations.NullMarked;
