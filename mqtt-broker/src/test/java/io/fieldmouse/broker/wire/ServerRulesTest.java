package io.fieldmouse.broker.wire;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules every received packet is held against find what breaks them. */
class ServerRulesTest {
    private static void receive(int level, String packets) {
        ServerRules rules = new ServerRules(level);
        for (String packet : List.of(packets.split(", ?"))) {
            byte[] bytes = Wire.hex(packet);
            byte[] body = new byte[bytes.length - 2];
            System.arraycopy(bytes, 2, body, 0, body.length);
            rules.checked(new Packet(bytes[0], body, level));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            5 | 2003000000, 3004000174 00, 40020001, 620400019200, 9004 00010097, d000, e0028b00
            5 | 2003008700
            4 | 20020000, 30030001 74, 9004 00010280, b0020001, d000
            4 | 20020005
            """)
    void thisIsAsItShouldBe(int level, String packets) {
        assertDoesNotThrow(() -> receive(level, packets));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            5 | d000                                 | before CONNACK
            5 | e0028100                             | DISCONNECT before CONNACK
            5 | 2003008700, d000                     | after a refusal
            5 | 2003008700, e0028700                 | DISCONNECT after a refusal
            5 | 2003000000, 2003000000               | a second CONNACK
            5 | 2003000000, e0028b00, d000           | after DISCONNECT
            5 | 2003020000                           | reserved flag of CONNACK
            5 | 2003018700                           | session present in a refusal
            5 | 2003000100                           | not a reason of CONNACK
            4 | 20020006                             | not a return code of CONNACK
            5 | 2103000000                           | flags of CONNACK
            5 | 2003000000, d100                     | flags of PINGRESP
            5 | 2003000000, 60020001                 | flags of PUBREL
            5 | 2003000000, 3804000174 00            | DUP at QoS 0
            5 | 2003000000, 3206000174000000         | packet id 0
            5 | 2003000000, 30040001 23 00           | wildcard
            5 | 2003000000, 30040001 ff 00           | not UTF-8
            5 | 2003000000, 30040001 00 00           | null character
            5 | 2003000000, 3005000174 8000          | needless byte
            5 | 2003000000, 40040001 01 00           | not a reason of PUBACK
            5 | 2003000000, 50040001 92 00           | not a reason of PUBREC
            5 | 2003000000, 62040001 91 00           | not a reason of PUBREL
            5 | 2003000000, 70040001 10 00           | not a reason of PUBCOMP
            5 | 2003000000, 900400010003             | not a code of SUBACK
            4 | 20020000, 900300018f                 | not a code of SUBACK in 3.1.1
            5 | 2003000000, b00400010001             | not a code of UNSUBACK
            5 | 2003000000, e0020400                 | a client's reason in DISCONNECT
            5 | 2003000000, e007000511 00000000      | session expiry in DISCONNECT
            4 | 20020000, e000                       | DISCONNECT in 3.1.1
            5 | 200a000007 2600016b000176            | user properties in CONNACK
            5 | 2003000000, 400b000180 07 2600016b000176 | user properties in PUBACK
            5 | 2003000000, 6208000192 04 1f000161   | reason string in PUBREL
            5 | 2003000000, 7008000192 04 1f000161   | reason string in PUBCOMP
            5 | 2003000000, 900b0001 07 2600016b000176 00 | user properties in SUBACK
            """)
    void thisIsNot(int level, String packets, String flaw) {
        assertThrows(AssertionError.class, () -> receive(level, packets), flaw);
    }
}
