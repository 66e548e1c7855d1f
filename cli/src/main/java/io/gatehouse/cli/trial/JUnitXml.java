// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.trial;

import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// What CI systems read: the XML that Ant's JUnit task began and everybody understands.
public final class JUnitXml {
    private JUnitXml() {}

    public static String of(List<Trial.Result> results) {
        var suites = results.stream()
                .collect(Collectors.groupingBy(r -> r.trial().suite(), LinkedHashMap::new, Collectors.toList()));
        var out = new StringWriter();
        try {
            var xml = XMLOutputFactory.newInstance().createXMLStreamWriter(out);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuites");
            totals(xml, results);
            for (var suite : suites.entrySet()) {
                xml.writeCharacters("\n  ");
                xml.writeStartElement("testsuite");
                xml.writeAttribute("name", printable(suite.getKey()));
                totals(xml, suite.getValue());
                for (var result : suite.getValue()) {
                    testCase(xml, result);
                }
                xml.writeCharacters("\n  ");
                xml.writeEndElement();
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("writing XML in memory", e);
        }
        return out.append('\n').toString();
    }

    private static void totals(XMLStreamWriter xml, List<Trial.Result> results) throws XMLStreamException {
        xml.writeAttribute("tests", Integer.toString(results.size()));
        xml.writeAttribute("failures", Long.toString(TrialReport.count(results, Outcome.Failed.class)));
        xml.writeAttribute("errors", Long.toString(TrialReport.count(results, Outcome.Broken.class)));
        xml.writeAttribute("skipped", Long.toString(TrialReport.count(results, Outcome.Skipped.class)));
        xml.writeAttribute(
                "time", seconds(results.stream().mapToLong(Trial.Result::millis).sum()));
    }

    private static void testCase(XMLStreamWriter xml, Trial.Result result) throws XMLStreamException {
        xml.writeCharacters("\n    ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", printable(result.trial().suite()));
        xml.writeAttribute("name", printable(result.trial().name()));
        xml.writeAttribute("time", seconds(result.millis()));
        switch (result.outcome()) {
            case Outcome.Passed _ -> {}
            case Outcome.Failed(var detail) -> said(xml, "failure", detail);
            case Outcome.Broken(var problem) -> said(xml, "error", problem);
            case Outcome.Skipped(var reason) -> {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", printable(reason));
            }
        }
        xml.writeEndElement();
    }

    private static void said(XMLStreamWriter xml, String element, String text) throws XMLStreamException {
        xml.writeStartElement(element);
        xml.writeAttribute("message", printable(text.lines().findFirst().orElse("")));
        xml.writeCharacters(printable(text));
        xml.writeEndElement();
    }

    /// XML 1.0 has no place for most control characters, not even as an escape.
    private static String printable(String text) {
        return text.codePoints()
                .map(c -> c == '\n' || c == '\t' || c >= 0x20 && c < 0xd800 || c >= 0xe000 && c < 0xfffe || c > 0xffff
                        ? c
                        : 0xfffd)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.3f", millis / 1000.0);
    }
}
