/** What outlives a connection: subscriptions, windows, queues, wills. */
@NullMarked
package io.fieldmouse.broker.session;

import org.jspecify.annotations.NullMarked;
