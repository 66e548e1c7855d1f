// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class TrialReportTest {
    private static final List<Trial.Result> RESULTS = List.of(
            result("pods", "pass/a.yaml", new Outcome.Passed()),
            result("pods", "fail/b.yaml", new Outcome.Failed("expected: x\nfound:    <nothing> & \u0001")),
            result("rules", "c", new Outcome.Skipped("no capture")),
            result("rules", "d", new Outcome.Broken("not YAML")));

    @Test
    void people_read_one_line_a_trial_and_a_summary() {
        assertEquals("""
                pass  pods: pass/a.yaml
                FAIL  pods: fail/b.yaml
                      expected: x
                      found:    <nothing> & \u0001
                skip  rules: c
                      no capture
                BAD   rules: d
                      not YAML
                1 passed, 1 failed, 1 skipped, 1 could not be read
                """, TrialReport.text(RESULTS));
    }

    /// Control characters have no place in XML 1.0, and one in a message must not cost the whole report.
    @Test
    void what_machines_read_is_well_formed_whatever_a_message_holds() throws Exception {
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(JUnitXml.of(RESULTS))));
        assertEquals(2, document.getElementsByTagName("testsuite").getLength());
        assertEquals(4, document.getElementsByTagName("testcase").getLength());
        assertEquals("4", document.getDocumentElement().getAttribute("tests"));
        assertEquals(
                "expected: x\nfound:    <nothing> & \ufffd",
                document.getElementsByTagName("failure").item(0).getTextContent());
        assertEquals(1, document.getElementsByTagName("error").getLength());
        assertTrue(document.getElementsByTagName("skipped").getLength() == 1);
    }

    private static Trial.Result result(String suite, String name, Outcome outcome) {
        return new Trial(suite, name, () -> outcome).run();
    }
}
