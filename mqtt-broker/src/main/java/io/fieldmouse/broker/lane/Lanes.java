package io.fieldmouse.broker.lane;

import java.util.List;

/** All lanes of a broker, and which of them is home to whom. */
public final class Lanes {
    private final List<Lane> lanes;

    /** @param lanes in the order of their index; at least one */
    public Lanes(List<? extends Lane> lanes) {
        this.lanes = List.copyOf(lanes);
    }

    public List<Lane> all() {
        return lanes;
    }

    public int count() {
        return lanes.size();
    }

    /** The lane where this client's session lives, for ever. */
    public Lane homeOf(String clientId) {
        int hash = clientId.hashCode();
        return lanes.get(Math.floorMod(hash ^ (hash >>> 16), lanes.size()));
    }
}
