// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Diagnostic;
import java.time.LocalDate;

/// What is to be said about a document from a day (UTC) on: compiling knows no day.
record Notice(LocalDate from, Diagnostic diagnostic) {}
