/** The MQTT broker: what is started, and with what. Start at {@link io.fieldmouse.broker.Broker}. */
@NullMarked
package io.fieldmouse.broker;

import org.jspecify.annotations.NullMarked;
