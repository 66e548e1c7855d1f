// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

/// Fields of JSON documents, which rules may ask of any event: no system call event has one.
final class JsonFields {
    private JsonFields() {}

    static void into(FieldTable table) {
        table.never("json.value", "json.obj", "json.rawtime", "jevt.value", "jevt.obj", "jevt.rawtime");
    }
}
