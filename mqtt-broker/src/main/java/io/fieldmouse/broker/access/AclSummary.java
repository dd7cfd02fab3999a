package io.fieldmouse.broker.access;

import java.util.List;
import java.util.Set;

/**
 * What a file of access rules says, to somebody who looks at it before anything starts.
 *
 * @param users who have lines of their own, in alphabetical order
 * @param warnings what may be meant as it stands, but is more likely not; a broker that opens the file logs them
 */
public record AclSummary(Set<String> users, List<String> warnings) {}
