// SPDX-License-Identifier: Apache-2.0
/// From a rule's output to the text and the JSON of an alert.
///
/// Main path: [OutputFormat#parse] reads the output of a rule once, [Formatter] binds it to the fields of a source, and
/// [AlertPrinter] writes the line of one alert. [OutputAdditions] holds what the configuration adds to outputs.
///
/// A *part* is a piece of text or a value; a *key* is the name of a value among `output_fields`, as it
/// was written. What enters is bytes (see `engine.event`), what leaves is readable text: what is not
/// UTF-8 has become U+FFFD.
///
/// Pure: time zone and host name are given by the caller. Formats are immutable; a formatter belongs to one thread,
/// since its readers do.
package io.gatehouse.engine.format;
