package io.fieldmouse.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the journal's records at a start, in the order of their sequences. */
interface RecordReader {

    /**
     * One record, whose bytes are proven to be those that were written.
     *
     * @param body from its first byte to its limit; only during the call
     * @throws IOException if the body makes no sense: the record then counts as damaged, and the next one follows
     * @throws StoreException to end the start with it
     */
    void record(long sequence, ByteBuffer body) throws IOException;
}
