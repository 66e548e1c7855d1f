// SPDX-License-Identifier: Apache-2.0
/// What can be asked of an event: the catalogue of fields. [FieldCatalogue] is the one declaration, `fields.txt` its
/// text.
///
/// A field here says its name, type, argument, sources and meaning. Who answers it is bound elsewhere,
/// and a test holds that every field has one. Immutable; any thread.
package io.gatehouse.schemas.field;
