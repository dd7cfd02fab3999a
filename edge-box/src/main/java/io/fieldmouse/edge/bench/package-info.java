/**
 * Measures the durable path of a broker that is a process of its own, on the disk that is named. Knows the broker by
 * its command line, its port and what the kernel says of its process.
 */
@NullMarked
package io.fieldmouse.edge.bench;

import org.jspecify.annotations.NullMarked;
