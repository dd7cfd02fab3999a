package io.fieldmouse.store;

import java.util.List;

/**
 * What a store was found to hold, by a look that changed nothing.
 *
 * @param parts its files, and what each of them says
 * @param contents counts of what a start would bring back
 * @param lastCommit the number of the last commit that is there, across all runs
 * @param lostCommits how many before it are known to be missing
 */
public record StoreReport(List<Part> parts, Contents contents, long lastCommit, long lostCommits) {

    /**
     * A file.
     *
     * @param words what it is and how far it goes, or what is wrong with it
     */
    public record Part(String file, long bytes, String words, boolean damaged) {}

    /**
     * How many there are.
     *
     * @param queued messages that sessions wait for, one counted as often as it is waited for
     */
    public record Contents(long retained, long sessions, long subscriptions, long queued, long leftovers, long wills) {

        static Contents of(StoredState state) {
            return new Contents(
                    state.retained().size(),
                    state.sessions().size(),
                    state.sessions().stream()
                            .mapToLong(session -> session.subscriptions().size())
                            .sum(),
                    state.sessions().stream()
                            .mapToLong(session -> session.queue().size())
                            .sum(),
                    state.leftovers().size(),
                    state.wills().size());
        }
    }

    public boolean isDamaged() {
        return lostCommits > 0 || parts.stream().anyMatch(Part::damaged);
    }
}
