// SPDX-License-Identifier: Apache-2.0
/// What is wrong with a text, as values: code, place, why, fix. Everything wrong is reported, in source order.
///
/// Main path: [Code#at] makes one, [DiagnosticPrinter] prints it; [Code] is the table of all codes. Pure.
package io.gatehouse.engine.diagnostic;
