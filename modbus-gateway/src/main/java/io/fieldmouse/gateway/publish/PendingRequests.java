package io.fieldmouse.gateway.publish;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** SUBSCRIBEs and UNSUBSCRIBEs that wait for the broker's answer, by packet id. Bounded; of one connection's loop. */
final class PendingRequests {

    private static final int PENDING_MAX = 1_000;

    private final Map<Integer, CompletableFuture<List<Integer>>> answers = new HashMap<>();

    /** Whether it may be sent; when too many wait already, its answer fails here. */
    boolean add(int packetId, CompletableFuture<List<Integer>> answer) {
        if (answers.size() >= PENDING_MAX) {
            answer.completeExceptionally(MqttException.of(PENDING_MAX + " subscriptions wait for their answer"));
            return false;
        }
        answers.put(packetId, answer);
        return true;
    }

    boolean isPending(int packetId) {
        return answers.containsKey(packetId);
    }

    /** Whether somebody waited for this answer. */
    boolean answer(int packetId, List<Integer> reasonCodes) {
        CompletableFuture<List<Integer>> answer = answers.remove(packetId);
        return answer != null && answer.complete(reasonCodes);
    }

    void fail(int packetId, MqttException reason) {
        CompletableFuture<List<Integer>> answer = answers.remove(packetId);
        if (answer != null) {
            answer.completeExceptionally(reason);
        }
    }

    void failAll(MqttException reason) {
        List<CompletableFuture<List<Integer>>> all = List.copyOf(answers.values());
        answers.clear();
        all.forEach(answer -> answer.completeExceptionally(reason));
    }
}
