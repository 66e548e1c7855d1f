// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.3.4",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "2001:db8::",
                "1:2:3:4:5:6:7:8",
                "1:0:3:4:5:6:7:8",
                "1::4:0:0:7:8",
                "::2:3:4:5:6:7",
                "::1.2.3.4",
                "64:ff9b::102:304",
            })
    void an_address_is_written_in_its_shortest_form(String text) throws Exception {
        assertEquals(text, Addresses.text(bytes(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3.4"})
    void an_ipv4_address_within_ipv6_is_written_as_one(String text) {
        var mapped = "\0".repeat(10) + "\u00ff\u00ff" + "\u0001\u0002\u0003\u0004";
        assertEquals("::ffff:" + text, Addresses.text(mapped));
    }

    private static String bytes(String text) throws Exception {
        return new String(InetAddress.getByName(text).getAddress(), StandardCharsets.ISO_8859_1);
    }
}
