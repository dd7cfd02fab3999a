package io.fieldmouse.broker.connection;

/** So many a second, and never more than a second's worth at once. Not for two threads at a time. */
final class TokenBucket {
    private final int perSecond;
    private double tokens;
    private long filledMillis;

    /** @param perSecond at least 1 */
    TokenBucket(int perSecond, long nowMillis) {
        this.perSecond = perSecond;
        this.tokens = perSecond;
        this.filledMillis = nowMillis;
    }

    /** Takes one, or returns false when there is none. */
    boolean tryTake(long nowMillis) {
        fill(nowMillis);
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    /** Takes one that cannot be refused, because it is here. */
    void take(long nowMillis) {
        fill(nowMillis);
        tokens--;
    }

    /** How long until there is one; 0 when there is. */
    long waitMillis(long nowMillis) {
        fill(nowMillis);
        return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) * 1000 / perSecond);
    }

    private void fill(long nowMillis) {
        tokens = Math.min(perSecond, tokens + (nowMillis - filledMillis) * (double) perSecond / 1000);
        filledMillis = nowMillis;
    }
}
